/** Mutants of src/run that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const RUN_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/run/audit/follow_up.ts",
    code: "{ intervalMs, seed: index * Math.SQRT1_2 },",
    change: "* → /",
    why: "a chosen irrational step: each host has a phase of its own either way",
  },
  {
    path: "src/run/audit/host_findings.ts",
    code: 'if (form.unit !== "milliseconds-of-day" || lowerMs > upperMs) {',
    change: "> → >=",
    why: "equivalent but for bounds that meet in one point",
  },
  {
    path: "src/run/audit/interviews.ts",
    code: "const STAGGER_MS: readonly number[] = [0, 2, 7, 3, 11, 1, 5];",
    change: "0 → 1",
    why: "a chosen stagger: the times between questions have no common divisor either way",
  },
  {
    path: "src/run/audit/interviews.ts",
    code: "const STAGGER_MS: readonly number[] = [0, 2, 7, 3, 11, 1, 5];",
    change: "2 → 3",
    why: "a chosen stagger: the times between questions have no common divisor either way",
  },
  {
    path: "src/run/audit/interviews.ts",
    code: "const STAGGER_MS: readonly number[] = [0, 2, 7, 3, 11, 1, 5];",
    change: "7 → 8",
    why: "a chosen stagger: the times between questions have no common divisor either way",
  },
  {
    path: "src/run/audit/interviews.ts",
    code: "const STAGGER_MS: readonly number[] = [0, 2, 7, 3, 11, 1, 5];",
    change: "3 → 4",
    why: "a chosen stagger: the times between questions have no common divisor either way",
  },
  {
    path: "src/run/audit/interviews.ts",
    code: "const STAGGER_MS: readonly number[] = [0, 2, 7, 3, 11, 1, 5];",
    change: "11 → 12",
    why: "a chosen stagger: the times between questions have no common divisor either way",
  },
  {
    path: "src/run/audit/interviews.ts",
    code: "const STAGGER_MS: readonly number[] = [0, 2, 7, 3, 11, 1, 5];",
    change: "1 → 2",
    why: "a chosen stagger: the times between questions have no common divisor either way",
  },
  {
    path: "src/run/audit/interviews.ts",
    code: "const STAGGER_MS: readonly number[] = [0, 2, 7, 3, 11, 1, 5];",
    change: "5 → 6",
    why: "a chosen stagger: the times between questions have no common divisor either way",
  },
  {
    path: "src/run/audit/interviews.ts",
    code: "ticket: 0,",
    change: "0 → 1",
    why: "equivalent: a ticket has only to differ from those that still wait in a queue",
  },
  {
    path: "src/run/audit/interviews.ts",
    code: "seat.ticket++;",
    change: "++ → --",
    why: "equivalent: a ticket has only to differ from those that still wait in a queue",
  },
  {
    path: "src/run/audit/interviews.ts",
    code: "const putOffMs = staggerMs + seat.taken * GOLDEN_FRACTION % 1;",
    change: "* → /",
    why: "equivalent: 1 / 0.618… is 1.618…, with the same fraction",
  },
  {
    path: "src/run/audit/interviews.ts",
    code:
      "const first = this.#questions.dueNs <= this.#tries.dueNs ? this.#questions : this.#tries;",
    change: "<= → <",
    why: "equivalent but for a question and a try that are due in the same nanosecond",
  },
  {
    path: "src/run/audit/journal.ts",
    code: "if (bytes.length > 0) {",
    change: "0 → 1",
    why: "equivalent: a line has more than one octet",
  },
  {
    path: "src/run/audit/pace.ts",
    code: "const share = this.#turns++ * GOLDEN_FRACTION % 1;",
    change: "* → /",
    why: "equivalent: 1 / 0.618… is 1.618…, with the same fraction",
  },
  {
    path: "src/run/audit/plan.ts",
    code: "const REMEMBER_MS = 2000;",
    change: "2000 → 4000",
    why: "a chosen patience: answers are known as late ones for longer",
  },
  {
    path: "src/run/audit/plan.ts",
    code: "measures: false,",
    change: "false → true",
    why: "equivalent but for time: HostRecord measures, and no one reads what the prober would",
  },
  {
    path: "src/run/audit/sweep.ts",
    code: "if (this.#taken >= MAX_WAITING) {",
    change: ">= → >",
    why: "equivalent but for memory: the list is cut one host later",
  },
  {
    path: "src/run/audit/sweep.ts",
    code: "pace.readyNs - nowNs <= MAX_AHEAD_NS && nowNs - wantedNs() <= MAX_LATE_NS;",
    change: "<= → <",
    why: "a chosen limit, to the nanosecond",
  },
  {
    path: "src/run/audit/witnesses.ts",
    code: "#seen = 0;",
    change: "0 → 1",
    why: "equivalent but for chance: of n clocks each is kept with a chance of limit / (n + 1)",
  },
  {
    path: "src/run/capture/capture_run.ts",
    code: "intervalMs: 0,",
    change: "0 → 1",
    why: "equivalent: no form of output of a capture has an interval",
  },
  {
    path: "src/run/capture/capture_run.ts",
    code: "lengthBytes: 0,",
    change: "0 → 1",
    why: "equivalent: no form of output of a capture has the length of its requests",
  },
  {
    path: "src/run/clock/recorder.ts",
    code: "const seed = targetIndex * Math.SQRT1_2;",
    change: "* → /",
    why: "a chosen spread of the targets: the multiples of √2 are as even as those of its half",
  },
  {
    path: "src/run/clock/recorder.ts",
    code: "if (lowerMs === undefined || upperMs === undefined) return [];",
    change: "|| → &&",
    why: "equivalent: a state has both bounds or none",
  },
  {
    path: "src/run/due_queue.ts",
    code: "#head = 0;",
    change: "0 → 1",
    why: "equivalent: the first push cuts what has been taken",
  },
  {
    path: "src/run/due_queue.ts",
    code: "if (2 * this.#head > entries.length) {",
    change: "> → >=",
    why: "equivalent but for time: the array is cut one push earlier",
  },
  {
    path: "src/run/due_queue.ts",
    code: "if (2 * this.#head > entries.length) {",
    change: "2 → 3",
    why: "equivalent but for time: the array is cut earlier",
  },
  {
    path: "src/run/history_columns.ts",
    code: "const STRIDE = 8;",
    change: "8 → 9",
    why: "equivalent but for memory: a ninth value of each column is never written",
  },
  {
    path: "src/run/ping_setup.ts",
    code: "const isJudged = (setup.conditions ?? []).length > 0;",
    change: "> → >=",
    why: "equivalent but for time: of no conditions none is judged",
  },
  {
    path: "src/run/recording/packet_recorder.ts",
    code: "if (this.#writer.length > 0) take(this.#writer.take());",
    change: "> → >=",
    why: "equivalent: no octets are no block",
  },
  {
    path: "src/run/recording/packet_recorder.ts",
    code: "if (this.#writer.length > 0) take(this.#writer.take());",
    change: "0 → 1",
    why: "equivalent: a block has at least twelve octets",
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
    path: "src/run/run_plan.ts",
    code: "const random = crypto.getRandomValues(new Uint32Array(1))[0] as number;",
    change: "1 → 2",
    why: "equivalent: a second word is not used",
  },
  {
    path: "src/run/scan/options.ts",
    code:
      "const [high, low] = [...crypto.getRandomValues(new Uint32Array(2))] as [number, number];",
    change: "2 → 3",
    why: "equivalent: a third word is not used",
  },
  {
    path: "src/run/scan/run.ts",
    code: "this.#known = probesPerTarget > 1 ? createDuplicateFilter(space.size, 1) : undefined;",
    change: "> → >=",
    why:
      "equivalent but for memory: repeated replies to the only probe of a host are marked already",
  },
  {
    path: "src/run/trace/interview.ts",
    code:
      "const CLOCK_MS: readonly number[] = [0, 7.62, 30.24, 61.85, 103.47, 154.09, 216.71, 289.33];",
    change: "7.62 → 8.620000000000001",
    why: "a chosen distance: it has no common divisor with the others either way",
  },
  {
    path: "src/run/trace/interview.ts",
    code:
      "const CLOCK_MS: readonly number[] = [0, 7.62, 30.24, 61.85, 103.47, 154.09, 216.71, 289.33];",
    change: "30.24 → 31.24",
    why: "a chosen distance: it has no common divisor with the others either way",
  },
  {
    path: "src/run/trace/interview.ts",
    code:
      "const CLOCK_MS: readonly number[] = [0, 7.62, 30.24, 61.85, 103.47, 154.09, 216.71, 289.33];",
    change: "61.85 → 62.85",
    why: "a chosen distance: it has no common divisor with the others either way",
  },
  {
    path: "src/run/trace/plan.ts",
    code: "if (probes <= FIRST_PART_PROBES) return;",
    change: "<= → <",
    why: "equivalent: probes has an odd divisor above 1, and a power of two has none",
  },
  {
    path: "src/run/trace/run.ts",
    code: "const INTERVIEW_ORDINAL = FIRST_PART_PROBES, RATE_ORDINAL = 0xc000;",
    change: "0xc000 → 49153",
    why: "a chosen number: each part has sequence numbers of its own either way",
  },
  {
    path: "src/run/trace/run.ts",
    code: "reason = await this.#ask(this.#hosts.map(({ target }) => target), 0, listener);",
    change: "0 → 1",
    why: "equivalent: the first part takes fewer numbers than there are before those of the second",
  },
  {
    path: "src/run/trace/schedule.ts",
    code: "this.#entries.length = this.#first = 0;",
    change: "0 → 1",
    why: "equivalent: one entry that was taken is kept",
  },
];
