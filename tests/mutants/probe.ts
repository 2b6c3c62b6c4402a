/** Mutants of src/probe that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const PROBE_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/probe/fragmenting_sender.ts",
    code: "#identification = crypto.getRandomValues(new Uint16Array(1))[0] as number;",
    change: "1 → 2",
    why: "equivalent: the second random number is not used",
  },
  {
    path: "src/probe/fragmenting_sender.ts",
    code: "return ((bytes[6] as number) & 0x40) !== 0;",
    change: "0x40 → 65",
    why: "equivalent: what is sent whole is no fragment, so the high bits of its offset are 0",
  },
  {
    path: "src/probe/fragmenting_sender.ts",
    code: "const NO_PROBE = 0x8000_0000;",
    change: "0x8000_0000 → 2147483649",
    why: "equivalent: whatever is inverted with the high bit, the key is none of a probe",
  },
  {
    path: "src/probe/fragmenting_sender.ts",
    code: "const MAX_ATTEMPTS = 4;",
    change: "4 → 5",
    why: "a chosen limit of attempts",
  },
  {
    path: "src/probe/in_flight_table.ts",
    code: "return address * SEQUENCES + sequence;",
    change: "+ → -",
    why: "equivalent: 65,536 numbers before those of the next address are as many as after",
  },
  {
    path: "src/probe/message/constant_flow.ts",
    code: "halfSipHash(k0, k1, probe.target.address, FLOW_WORD + this.#flow) % CHECKSUMS;",
    change: "+ → -",
    why: "equivalent: another secret word for each flow",
  },
  {
    path: "src/probe/message/constant_flow.ts",
    code: "const FLOW_WORD = 0xc0000000;",
    change: "0xc0000000 → 3221225473",
    why: "equivalent: another secret word for each flow",
  },
  {
    path: "src/probe/message/echo.ts",
    code: "for (let i = this.hasToken ? TOKEN_BYTES : 0; i < payload.length; i++) {",
    change: "< → <=",
    why: "equivalent: two payloads of one length both end there",
  },
  {
    path: "src/probe/observed/chain_table.ts",
    code: "const MIN_BITS = 8;",
    change: "8 → 9",
    why: "equivalent but for memory: a table begins with more chains",
  },
  {
    path: "src/probe/observed/chain_table.ts",
    code:
      "const FACTORS: Int32Array = crypto.getRandomValues(new Int32Array(3)).map((factor) => factor | 1);",
    change: "3 → 4",
    why: "equivalent: the fourth factor is not used",
  },
  {
    path: "src/probe/observed/chain_table.ts",
    code:
      "return Math.imul(client, FACTORS[0] as number) + Math.imul(address, FACTORS[1] as number) +",
    change: "+ → -",
    why: "equivalent: minus a random factor is a random factor",
  },
  {
    path: "src/probe/observed/chain_table.ts",
    code: "Math.imul(sequence, FACTORS[2] as number) | 0;",
    change: "0 → 1",
    why: "equivalent: the lowest bit chooses no chain",
  },
  {
    path: "src/probe/observed/host_table.ts",
    code: "export const MAX_HOSTS = 1 << 15;",
    change: "1 → 2",
    why: "a chosen limit: more hosts are followed",
  },
  {
    path: "src/probe/observed/host_table.ts",
    code: "export const MAX_HOSTS = 1 << 15;",
    change: "15 → 16",
    why: "a chosen limit: more hosts are followed",
  },
  {
    path: "src/probe/observed/host_table.ts",
    code: "const hash = hashOf(client, address, 0);",
    change: "0 → 1",
    why: "equivalent: any number will do that is the same for all hosts",
  },
  {
    path: "src/probe/observed/observed_table.ts",
    code: "export const MAX_REMEMBERED = 1 << 16;",
    change: "1 → 2",
    why: "a chosen limit: more probes are remembered",
  },
  {
    path: "src/probe/observed/observed_table.ts",
    code: "export const MAX_REMEMBERED = 1 << 16;",
    change: "16 → 17",
    why: "a chosen limit: more probes are remembered",
  },
  {
    path: "src/probe/observed/observed_table.ts",
    code: "if (!message.quote.ok) return false;",
    change: "false → true",
    why: "equivalent: isAbout has refused such an error before",
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
    path: "src/probe/observed/observer.ts",
    code: "this.#key = (this.#key + 1) >>> 0;",
    change: "+ → -",
    why: "equivalent: keys only have to differ",
  },
  {
    path: "src/probe/observed/observer.ts",
    code: "this.#key = (this.#key + 1) >>> 0;",
    change: "1 → 2",
    why: "equivalent: keys only have to differ",
  },
  {
    path: "src/probe/originate_stamps.ts",
    code: "const earlyNs = probe.isEarly ? EARLY_MS * 1e6 : 0;",
    change: "0 → 1",
    why: "equivalent but for a nanosecond of a whole millisecond",
  },
  {
    path: "src/probe/probe_numbers.ts",
    code: "return halfSipHash(key.k0, key.k1, address, 0);",
    change: "0 → 1",
    why: "equivalent: the key is random, so the hash of any second word is",
  },
  {
    path: "src/probe/probe_sender.ts",
    code: "return (this.#key * GOLDEN_FRACTION % 1) * 1e6;",
    change: "* → /",
    why: "equivalent: the golden ratio is its inverse and 1, so both have the same fraction",
  },
  {
    path: "src/probe/probe_sender.ts",
    code: "const due = { targetIndex: 0, index: 0, message, ttl: undefined };",
    change: "0 → 1",
    why: "equivalent: this probe never leaves",
  },
  {
    path: "src/probe/schedule.ts",
    code: "this.#dither = options.dither ?? ((round) => (round * GOLDEN_FRACTION) % 1);",
    change: "* → /",
    why: "equivalent: the golden ratio is its inverse and 1, so both have the same fraction",
  },
  {
    path: "src/probe/send_timer.ts",
    code: "const MAX_LEAD_NS = 500_000;",
    change: "500_000 → 1000000",
    why: "a chosen limit: from which error on a late probe was an accident",
  },
];
