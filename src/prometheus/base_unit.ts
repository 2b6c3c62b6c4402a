/** From the units of measurements to base units, without the digits that arithmetic adds. */

/** Milliseconds as seconds, in whole nanoseconds; undefined for nothing. */
export function toSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1e6) / 1e9;
}

/** Parts per million as a ratio, in whole 1e-15; undefined for nothing. */
export function toRatio(ppm: number | undefined): number | undefined {
  return ppm === undefined ? undefined : Math.round(ppm * 1e9) / 1e15;
}
