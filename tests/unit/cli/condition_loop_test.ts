/** `--fail-if` in a run that goes on: a line when a host enters or leaves a condition, and what the exit code says. */

import { assertEquals } from "@std/assert";
import { dispatch } from "../../../src/cli/dispatch.ts";
import { FakeSystem } from "../../support/fake_system.ts";
import type { Network } from "../../support/simulated_network.ts";

/** The second host is silent from its 12th to its 23rd probe. */
const OUTAGE: Network = {
  rules: [{
    hosts: [2],
    probes: Array.from({ length: 12 }, (_, index) => 12 + index),
    fate: { lossOutRatio: 1 },
  }],
};

/** Lines without the time of day. */
function linesOf(system: FakeSystem): string[] {
  return system.stderr.lines.map((line) =>
    line.replace(/ at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, " at TIME")
  );
}

Deno.test("condition: in a loop a host that enters or leaves it has a line", async () => {
  const system = new FakeSystem({
    network: OUTAGE,
    signals: [{ atMs: 60_500, signal: "SIGINT" }],
  });
  const args = ["--loop", "--json", "-q", "--fail-if", "loss>50%", "198.18.0.1", "198.18.0.2"];
  const code = await dispatch(args, system);
  assertEquals(linesOf(system), [
    "icmptime: 198.18.0.2: loss>50% became true at TIME, it is 77.78 %",
    "icmptime: 198.18.0.2: loss>50% became false at TIME, it is 45.45 %",
  ]);
  const changes = system.stdout.lines.map((line) => JSON.parse(line))
    .filter(({ type }) => type === "condition")
    .map(({ target, scope, is_met, found }) => [target, scope, is_met, found]);
  assertEquals(changes, [
    ["198.18.0.2", "interval", true, "77.78 %"],
    ["198.18.0.2", "interval", false, "45.45 %"],
  ]);
  // Over the whole run the host lost one of five.
  assertEquals(code, 0);
});

Deno.test("condition: --summary-every says how long an interval is; the whole run decides the exit code", async () => {
  const system = new FakeSystem({
    network: OUTAGE,
    signals: [{ atMs: 40_500, signal: "SIGINT" }],
  });
  const args = ["--loop", "-q", "--summary-every", "4s", "--fail-if", "loss>25%"];
  const code = await dispatch([...args, "198.18.0.1", "198.18.0.2"], system);
  assertEquals(linesOf(system), [
    "icmptime: 198.18.0.2: loss>25% became true at TIME, it is 100 %",
    "icmptime: 198.18.0.2: loss>25% became false at TIME, it is 20 %",
    "icmptime: 198.18.0.2: loss>25% is true, it is 30 %",
  ]);
  assertEquals(code, 5);
});

Deno.test("condition: an interval in which no probe was due changes nothing", async () => {
  const system = new FakeSystem({ signals: [{ atMs: 100_500, signal: "SIGINT" }] });
  const args = ["--loop", "-q", "-i", "20s", "--summary-every", "2s", "--fail-if", "loss>50%"];
  assertEquals(await dispatch([...args, "198.18.0.1"], system), 0);
  assertEquals(linesOf(system), []);
});

for (
  const [name, network, code] of [
    ["answers and is far off", { clock: { offsetMs: 5000 } }, 5],
    ["answers and says nothing about its clock", { quirk: "zero" }, 5],
    ["answers and is right", {}, 0],
    ["does not answer", { lossOutRatio: 1 }, 1],
  ] as const satisfies readonly (readonly [string, Network, number])[]
) {
  Deno.test(`condition: the exit code for a host that ${name} is ${code}`, async () => {
    const system = new FakeSystem({ network });
    assertEquals(await dispatch(["-q", "--fail-if", "offset>1s", "198.18.0.1"], system), code);
  });
}
