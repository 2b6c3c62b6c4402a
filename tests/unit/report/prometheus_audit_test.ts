/** An audit as metrics: each host once, and what all clocks say of ours. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { AuditPage } from "../../../src/report/prometheus/audit_page.ts";
import type { AuditResult } from "../../../src/run/audit/result.ts";
import { auditSimulated } from "../../support/simulated_audit.ts";

/** The samples of a family, without its name and the group. */
const samples = (text: string, family: string) =>
  text.split("\n").filter((line) => line.startsWith(`icmptime_${family}{`))
    .map((line) => line.slice(`icmptime_${family}`.length).replace(/group="audit",?/, ""));

/** The metrics of an audit of no host, whose clocks show this together. */
function consensus(consensus: object | undefined): string {
  const result = { tally: { verdicts: { right: 2, wrong: 0 } }, consensus: { consensus } };
  return new AuditPage().format(result as unknown as AuditResult);
}

Deno.test("prometheus: the clocks of an audit that agree and those that do not, and whether ours is off", () => {
  const found = { hosts: 5, agreeing: 3, lowerMs: -1500, upperMs: 250 };
  const text = consensus({ ...found, localClock: "off" });
  assertEquals(samples(text, "consensus_offset_lower_seconds"), ["{} -1.5"]);
  assertEquals(samples(text, "consensus_offset_upper_seconds"), ["{} 0.25"]);
  assertEquals(samples(text, "consensus_clocks"), [
    '{state="agreeing"} 3',
    '{state="outside"} 2',
  ]);
  assertEquals(samples(text, "audit_hosts"), ['{verdict="right"} 2', '{verdict="wrong"} 0']);
  const isOff = (localClock: string) =>
    samples(consensus({ ...found, localClock }), "consensus_local_clock_off");
  assertEquals([isOff("off"), isOff("right"), isOff("unknown")], [["{} 1"], ["{} 0"], []]);
  assertEquals(consensus(undefined).includes("consensus"), false);
});

Deno.test("prometheus: a host of an audit has its verdict, its labels, its probes and its clock", async () => {
  const { result, hosts } = await auditSimulated({ out: 20, back: 20 }, { hosts: 2 });
  const page = new AuditPage();
  for (const host of hosts) page.add(host);
  const text = page.format(result);
  const [first] = hosts;
  if (first?.offset === undefined) throw new Error("no offset");
  assertEquals(samples(text, "audit_verdict").toSorted(), [
    '{target="host-0",verdict="right"} 1',
    '{target="host-1",verdict="right"} 1',
  ]);
  const name = first.target.label;
  assertEquals(
    samples(text, "audit_label").filter((line) => line.includes(name)),
    first.behaviour.labels.map(({ label }) => `{target="${name}",label="${label}"} 1`),
  );
  const rtt = samples(text, "run_rtt_seconds").filter((line) => line.includes(name));
  assertEquals(rtt.find((line) => line.includes('"min"'))?.split(" ")[1], "0.04");
  const offset = samples(text, "clock_offset_seconds").find((line) => line.includes(name));
  assertAlmostEquals(Number(offset?.split(" ")[1]), first.offset.valueMs / 1000, 1e-6);
  assertEquals(samples(text, "consensus_clocks"), ['{state="agreeing"} 2', '{state="outside"} 0']);
});
