/** Round-trip times against the wire: what ping reports beside what tcpdump saw pass. */

import { assert, assertEquals } from "@std/assert";
import { VethPair } from "../support/namespace.ts";
import { programTest } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { medianOf, runOnWire } from "../support/wire_time.ts";

const PROBES = 200;
/** Median distance from the wire that the project promises, in microseconds. */
const PROMISED_US = 5;

for (const message of ["timestamp", "echo"]) {
  programTest({
    name:
      `ping: the round-trip time is the wire's, to ${PROMISED_US} µs in the median (${message})`,
    namespaces: true,
    tools: ["tcpdump"],
  }, async (program) => {
    await using pair = await VethPair.open();
    const kind = message === "echo" ? ["--echo"] : [];
    const argv = program.argv(
      "--json",
      ...kind,
      "-c",
      String(PROBES),
      "-i",
      "5ms",
      pair.farAddress,
    );
    const { result, cableNs } = await runOnWire(pair, argv, PROBES);
    const { replies, run } = readRecords(result.stdout);
    assertEquals([result.code, run["message"], replies.length], [0, message, PROBES]);
    const distancesUs = replies.map(({ sequence, rtt_ms, stamp_source }) => {
      assertEquals(stamp_source, "kernel");
      return Math.abs(rtt_ms * 1e3 - (cableNs.get(sequence) ?? NaN) / 1e3);
    });
    const median = medianOf(distancesUs);
    assert(median <= PROMISED_US, `median distance ${median} µs`);
  });
}
