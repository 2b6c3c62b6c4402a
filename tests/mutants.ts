/** Mutants that the tests without a kernel do not kill, with the reason. `deno task mutate` leaves them out of the share. */

/** A mutant that is known to survive. */
export interface KnownMutant {
  /** The module. */
  readonly path: string;
  /** The line, without indentation. */
  readonly code: string;
  /** The token and what became of it, as in `< → <=`. */
  readonly change: string;
  /** Why it changes nothing that can be seen, or the test of a higher level that kills it. */
  readonly why: string;
}

/** All known survivors, by module. */
export const KNOWN_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/clock/alias.ts",
    code: "for (let from = 0; from + needed <= sorted.length; from++) {",
    change: "+ → -",
    why: "equivalent: what lies beyond the last one is no rate",
  },
  {
    path: "src/clock/change_point.ts",
    code: "const SIDES: readonly number[] = [8, 16, 32, 64, 128];",
    change: "32 → 33",
    why: "a chosen width: one reply more is compared",
  },
  {
    path: "src/clock/consensus.ts",
    code: "{ atMs: fromMs + turn * MS_PER_DAY, change: 1 },",
    change: "1 → 2",
    why: "equivalent: only the sign of a change counts",
  },
  {
    path: "src/clock/consensus.ts",
    code: "if (lengthMs < best.lengthMs) best = { fromMs, lengthMs };",
    change: "< → <=",
    why: "equivalent: of two gaps of one width either may be cut out",
  },
  {
    path: "src/clock/decided_numbers.ts",
    code: "const DEFICIT_RATES = 2;",
    change: "2 → 3",
    why: "a chosen width: bounds that are half as wide again hold the truth too",
  },
  {
    path: "src/clock/estimate.ts",
    code: "return (upper.meanSeconds + negatedLower.meanSeconds) / 2;",
    change: "/ → *",
    why: "equivalent: the line is the same about whatever time its moments are taken",
  },
  {
    path: "src/clock/estimate.ts",
    code: "return (upper.meanSeconds + negatedLower.meanSeconds) / 2;",
    change: "+ → -",
    why: "equivalent: the line is the same about whatever time its moments are taken",
  },
  {
    path: "src/clock/estimate.ts",
    code: "return (upper.meanSeconds + negatedLower.meanSeconds) / 2;",
    change: "2 → 3",
    why: "equivalent: the line is the same about whatever time its moments are taken",
  },
  {
    path: "src/clock/estimate.ts",
    code: "const bestOffset = (bestAbove + bestBelow) / 2;",
    change: "+ → -",
    why: "equivalent: the mean is the same from whatever offset it is counted",
  },
  {
    path: "src/clock/estimate.ts",
    code: "const bestOffset = (bestAbove + bestBelow) / 2;",
    change: "/ → *",
    why: "equivalent: the mean is the same from whatever offset it is counted",
  },
  {
    path: "src/clock/estimate.ts",
    code: "const bestOffset = (bestAbove + bestBelow) / 2;",
    change: "2 → 3",
    why: "equivalent: the mean is the same from whatever offset it is counted",
  },
  {
    path: "src/clock/estimate.ts",
    code: "const STEPS = 64;",
    change: "64 → 65",
    why: "one point more in a numerical integral",
  },
  {
    path: "src/clock/estimate.ts",
    code: "const BISECTIONS = 20;",
    change: "20 → 21",
    why: "a millionth of a range is halved once more",
  },
  {
    path: "src/clock/estimate.ts",
    code: "for (let round = 0; round < BISECTIONS; round += 1) {",
    change: "< → <=",
    why: "a millionth of a range is halved once more",
  },
  {
    path: "src/clock/estimate.ts",
    code: "for (let round = 0; round < BISECTIONS; round += 1) {",
    change: "0 → 1",
    why: "a millionth of a range is halved once less",
  },
  {
    path: "src/clock/estimate.ts",
    code: "if (value(far) >= level) return far;",
    change: ">= → >",
    why: "equivalent: at the level itself the bisection ends at the same place",
  },
  {
    path: "src/clock/estimate.ts",
    code: "if (value(middle) >= level) inside = middle;",
    change: ">= → >",
    why: "equivalent: at the level itself the bisection ends at the same place",
  },
  {
    path: "src/clock/estimate.ts",
    code: "const CUT_OFF = 12;",
    change: "12 → 13",
    why: "what has less than e to the -12th of the weight moves no mean",
  },
  {
    path: "src/clock/estimate.ts",
    code: "if (!(weights > 0)) return undefined;",
    change: "> → >=",
    why: "equivalent: no weight is 0, the least likely one has e to the -12th",
  },
  {
    path: "src/clock/estimate.ts",
    code: "while (upper - lower > SKEW_TOLERANCE_PPM) {",
    change: "> → >=",
    why: "equivalent: a range is never exactly as long as the tolerance",
  },
  {
    path: "src/clock/estimate.ts",
    code: "if (atLeft < atRight) {",
    change: "< → <=",
    why: "equivalent: between two equal heights lies the top of a concave function",
  },
  {
    path: "src/clock/feasible_region.ts",
    code: "if (excess.every((value) => value <= 0)) return this;",
    change: "<= → <",
    why: "equivalent: a half-plane through a corner cuts nothing off",
  },
  {
    path: "src/clock/fit.ts",
    code: "index >= tooMany && newestNs - sample.sentNs <= windowNs * KEPT_SHARE",
    change: "<= → <",
    why: "a chosen window: the reply at its very end",
  },
  {
    path: "src/clock/gap.ts",
    code: "if (expectedMs <= 0) return false;",
    change: "<= → <",
    why: "equivalent: where no gap is expected, one below 0 is refused by the hard bounds",
  },
  {
    path: "src/clock/gap.ts",
    code: "return gapShortfallMs(upper, negatedLower, this.#region.skewPpm, expectedMs) > 0;",
    change: "> → >=",
    why: "equivalent: a shortfall of exactly nothing is rounding",
  },
  {
    path: "src/clock/precision_goal.ts",
    code: "this.#nextLook[index] = Math.ceil(replies * PATIENCE);",
    change: "* → /",
    why: "a chosen pace: it looks more often",
  },
  {
    path: "src/clock/rate_search.ts",
    code: "const LEFT_OUT_TO_LOOK = 3;",
    change: "3 → 4",
    why: "a chosen pace: it looks one reply later",
  },
  {
    path: "src/clock/rate_search.ts",
    code: "this.#nextLook = replies + Math.ceil(fit.size * RATE_LOOK_SHARE);",
    change: "+ → -",
    why: "a chosen pace: it looks more often",
  },
  {
    path: "src/clock/tracker.ts",
    code: "const REVIEW_SHARE = 1 / 16;",
    change: "16 → 17",
    why: "a chosen pace: reviews a little more often",
  },
  {
    path: "src/measurement/grid_watch.ts",
    code: "#lagging = 0;",
    change: "0 → 1",
    why: "equivalent: the first tick sets it",
  },
  {
    path: "src/measurement/grid_watch.ts",
    code: "#onGrid = 0;",
    change: "0 → 1",
    why: "equivalent: the first tick sets it",
  },
  {
    path: "src/measurement/tick.ts",
    code: "this.#leadMs = foldMs(aheadMs - leadMs) > 0 ? aheadMs : leadMs;",
    change: "> → >=",
    why: "equivalent: leads that differ by nothing, or by whole days, give the same lag",
  },
  {
    path: "src/measurement/tick.ts",
    code: "this.#leadMs = foldMs(aheadMs - leadMs) > 0 ? aheadMs : leadMs;",
    change: "0 → 1",
    why: "a chosen measure: a lag may be a millisecond less",
  },
  {
    path: "src/measurement/tick_candidate.ts",
    code: "#lagging = 0;",
    change: "0 → 1",
    why: "equivalent: the first stamp sets it",
  },
  {
    path: "src/measurement/tick_candidate.ts",
    code: "#onGrid = 0;",
    change: "0 → 1",
    why: "equivalent: the first stamp sets it",
  },
  {
    path: "src/measurement/tick_candidate.ts",
    code: "#changes = 0;",
    change: "0 → 1",
    why: "equivalent: the first stamp sets it",
  },
  {
    path: "src/measurement/tick_candidate.ts",
    code: "#phaseLowerMs = 0;",
    change: "0 → 1",
    why: "equivalent: the first stamp sets it",
  },
  {
    path: "src/measurement/tick_candidate.ts",
    code: "#phaseUpperMs = 1;",
    change: "1 → 2",
    why: "equivalent: the first stamp sets it",
  },
  {
    path: "src/measurement/tick_proof.ts",
    code: "if (whole === 0) return false;",
    change: "=== → !==",
    why: "equivalent but for time: what is left is worked out each time",
  },
  {
    path: "src/measurement/tick_proof.ts",
    code:
      "if (foldMs((stampsMs[index] ?? 0) - (stampsMs[index - 1] ?? 0)) % whole !== 0) return false;",
    change: "- → +",
    why:
      "equivalent: neighbours whose sums are all multiples differ by multiples, or what is left is worked out",
  },
  {
    path: "src/measurement/tick_proof.ts",
    code: "after.push(greatestCommonDivisor(after[after.length - 1] ?? 0, step));",
    change: "0 → 1",
    why: "equivalent: there is always a last one",
  },
  {
    path: "src/measurement/tick_proof.ts",
    code: "for (let tickMs = MAX_TICK_MS; tickMs > FINE_TICK_MS; tickMs--) {",
    change: "> → >=",
    why: "equivalent: one divides every number, and is the answer then",
  },
  {
    path: "src/packet/capture/annotate_frame.ts",
    code: "if (offset > 0) annotateLink(annotation, linkType, bytes, offset);",
    change: "0 → 1",
    why: "equivalent: no link-layer header is one octet long",
  },
  {
    path: "src/packet/capture/captured_packet.ts",
    code: "if (this.#skip > 0) {",
    change: "> → >=",
    why: "equivalent: skipping no octets changes nothing",
  },
  {
    path: "src/packet/capture/pcap_parser.ts",
    code: "#littleEndian = false;",
    change: "false → true",
    why: "equivalent: the file header says which it is before it is used",
  },
  {
    path: "src/packet/capture/pcapng_layout.ts",
    code: "export const STATISTICS = { interface: 8, options: 20, minBytes: 24 } as const;",
    change: "24 → 25",
    why: "equivalent: 24 octets have room for no option",
  },
  {
    path: "src/packet/capture/pcapng_time.ts",
    code: "const isDecimal = units <= 1e9 && 1e9 % units === 0;",
    change: "<= → <",
    why: "equivalent: both ways to nanoseconds are exact when a unit is one",
  },
  {
    path: "src/packet/half_sip_hash.ts",
    code: "const [k0 = 0, k1 = 0] = crypto.getRandomValues(new Uint32Array(2));",
    change: "0 → 1",
    why: "equivalent: both words are there",
  },
  {
    path: "src/packet/hex_text.ts",
    code: "let isRepeated = false;",
    change: "false → true",
    why: "equivalent: before the first line there is nothing to repeat",
  },
  {
    path: "src/packet/ipv4_header.ts",
    code: "export const IPV4_MAX_HEADER_BYTES = 60;",
    change: "60 → 61",
    why: "equivalent: a header is a multiple of four octets",
  },
  {
    path: "src/probe/fragmenting_sender.ts",
    code: "#identification = crypto.getRandomValues(new Uint16Array(1))[0] as number;",
    change: "1 → 2",
    why: "equivalent: the second random number is not used",
  },
  {
    path: "src/probe/observed/observed_table.ts",
    code: "#size = 0;",
    change: "0 → 1",
    why: "a chosen limit: room is made one probe earlier",
  },
  {
    path: "src/probe/observed/observed_table.ts",
    code: "if (this.#size > this.#limit) this.#makeRoom(giveUp);",
    change: "> → >=",
    why: "a chosen limit: room is made one probe earlier",
  },
  {
    path: "src/probe/observed/observed_table.ts",
    code: "return address * 65536 + sequence;",
    change: "+ → -",
    why: "equivalent: each pair has a number of its own either way",
  },
  {
    path: "src/probe/observed/observer.ts",
    code: "#key = 0;",
    change: "0 → 1",
    why: "equivalent: keys have only to differ",
  },
  {
    path: "src/probe/observed/observer.ts",
    code: "const { timeoutMs, keepBytes = false, limits } = options;",
    change: "false → true",
    why: "equivalent but for memory: nothing looks at the octets that are kept",
  },
  {
    path: "src/run/recording/packet_recorder.ts",
    code: "const MAX_WAIT_NS = 200e6;",
    change: "200e6 → 400000000",
    why: "a chosen patience: the file is written a little later",
  },
  {
    path: "src/run/recording/packet_recorder.ts",
    code: "const MAX_NAMED = 1 << 16;",
    change: "16 → 17",
    why: "equivalent but for memory: more probes are remembered by name",
  },
  {
    path: "src/run/recording/packet_recorder.ts",
    code: "if (this.#writer.length > 0) take(this.#writer.take());",
    change: "> → >=",
    why: "equivalent: no octets are no block",
  },
  {
    path: "src/run/recording/packet_recorder.ts",
    code: "const seconds = Math.floor(realtimeNs / NS_PER_SECOND);",
    change: "floor → ceil",
    why: "equivalent: the writer adds seconds and nanoseconds up again",
  },
  {
    path: "src/run/recording/packet_recorder.ts",
    code: "return address * 65536 + sequence;",
    change: "+ → -",
    why: "equivalent: each pair has a number of its own either way",
  },
  {
    path: "src/run/trace/schedule.ts",
    code: "this.#entries.length = this.#first = 0;",
    change: "0 → 1",
    why: "equivalent: one entry that was taken is kept",
  },
  {
    path: "src/scan/duplicate_filter.ts",
    code: "const SETS = 2 ** 18;",
    change: "18 → 19",
    why: "equivalent but for memory: 18 bits of the hash choose a set",
  },
  {
    path: "src/scan/settled_mark.ts",
    code: "if (position > (this.#marks.at(-1)?.position ?? this.#settled)) {",
    change: "1 → 2",
    why: "equivalent: two marks of one position settle as the first does",
  },
  {
    path: "src/scan/sweep_receiver.ts",
    code: "const DELIVERY_MS = 10;",
    change: "10 → 11",
    why: "a chosen patience",
  },
  {
    path: "src/stats/baseline.ts",
    code: "if (part <= this.#part) return;",
    change: "<= → <",
    why: "equivalent: nothing has passed, and the minimum comes out the same",
  },
  {
    path: "src/stats/sketch.ts",
    code: "const LAST_BUCKET = Math.ceil(Math.log(1e15) / LOG_GAMMA);",
    change: "ceil → floor",
    why: "a chosen limit: distances beyond a million seconds share a bucket",
  },
  {
    path: "src/stats/sketch.ts",
    code: "for (; index < last; index += 1) {",
    change: "< → <=",
    why: "equivalent: no rank is left behind the last bucket",
  },
  {
    path: "src/targets/packed_blocks.ts",
    code: "if (this.#length === this.#numbers.length) this.#grow();",
    change: "=== → !==",
    why: "equivalent but for time: each push makes room",
  },
  {
    path: "src/targets/target_list.ts",
    code: "const hosts = isPrefix && blockSize(block) > 2",
    change: "2 → 3",
    why: "equivalent: a prefix has a power of two of addresses",
  },
  {
    path: "src/time/day.ts",
    code: "if (remainder >= 0) return remainder + 0; // turns -0 into 0",
    change: ">= → >",
    why: "equivalent: 0 plus the divisor is not below it, which gives 0",
  },
  {
    path: "src/time/day.ts",
    code: "if (difference >= -half && difference < half) return difference;",
    change: ">= → >",
    why: "equivalent: the lower end comes out of the remainder as it is",
  },
];
