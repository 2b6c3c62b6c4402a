/** Statistics over many probes: moments, quantiles, delay variation, loss, baselines. */

export {
  DelayBaseline,
  type DelayChange,
  RunningMinimum,
  type RunningMinimumOptions,
} from "./baseline.ts";
export { ProbeCounters } from "./counters.ts";
export { DelayVariation } from "./delay_variation.ts";
export { RunningMoments } from "./moments.ts";
export { CentredSketch, SKETCH_RELATIVE_ERROR, SKETCH_RESOLUTION } from "./sketch.ts";
export { EXACT_VALUES, exactQuantile, SeriesSummary, type Summary } from "./summary.ts";
