/** `icmptime doctor`: what it finds, and the exit code that sums it up. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { CommandResult } from "../support/command.ts";
import { VethPair } from "../support/namespace.ts";
import { programTest, withoutNetRaw } from "../support/program.ts";
import { assertComplaint, type FindingRecord, readFindings } from "../support/records.ts";

function findingsOf({ stdout, stderr }: CommandResult): Map<string, FindingRecord> {
  assertEquals(stderr, "");
  const findings = readFindings(stdout);
  for (const { time } of findings) assert(Math.abs(time - Date.now() / 1e3) < 600);
  return new Map(findings.map((finding) => [finding.check, finding]));
}

programTest({
  name: "doctor: where asking works it says so, names the way to a target, and sends nothing",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  const { near, farAddress } = pair;
  const result = await near.run(program.argv("doctor", "--json", farAddress));
  assertEquals(result.code, 0);
  const findings = findingsOf(result);
  const stateOf = (check: string) => findings.get(check)?.state;
  const checks = ["program", "raw socket", "echo", "stamps", "clock", "route", "path"];
  assertEquals([...findings.keys()], checks);
  assertMatch(findings.get("path")?.detail ?? "", /^icmptime trace 10\.77\.0\.2 shows whether/);
  assertEquals(
    ["program", "raw socket", "echo", "stamps", "route"].map(stateOf),
    Array(5).fill("ok"),
  );
  assertMatch(findings.get("program")?.detail ?? "", /^icmptime \d.*Deno \d.*linux/);
  assertMatch(
    findings.get("program")?.detail ?? "",
    program.name === "binary" ? /one binary/ : /run by deno/,
  );
  assertEquals(findings.get("route")?.detail, "10.77.0.2 from 10.77.0.1 through veth0");
  assertMatch(findings.get("clock")?.detail ?? "", /synchronised|unknown/);
  const { stdout } = await near.mustRun(["cat", "/proc/net/snmp", "/proc/net/dev"]);
  assertEquals(stdout.includes("OutType13"), false);
});

programTest({
  name: "doctor: the text begins a line for each finding, and fits 80 columns",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  const { code, stdout } = await pair.near.run(program.argv("doctor", pair.farAddress));
  assertEquals(code, 0);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.filter((line) => !line.startsWith(" ")).length, 7);
  for (const line of lines) {
    assertMatch(line, /^(?:(ok {2}|warn) {2}[a-z ]{10} {2}| {18})\S/);
    assert(line.length <= 80, line);
  }
});

programTest({
  name: "doctor: without CAP_NET_RAW it fails with code 4 and names the cure",
  namespaces: true,
  tools: ["setpriv"],
}, async (program) => {
  await using pair = await VethPair.open();
  const argv = withoutNetRaw(program.argv("doctor", "--json"));
  const result = await pair.near.run(argv);
  assertEquals(result.code, 4);
  const findings = findingsOf(result);
  const socket = findings.get("raw socket");
  assertEquals(socket?.state, "fail");
  assertMatch(socket?.detail ?? "", /EPERM.*sudo.*setcap cap_net_raw\+ep/);
  assertEquals(findings.get("echo")?.state, "fail");
  assertMatch(findings.get("echo")?.detail ?? "", /sysctl -w net\.ipv4\.ping_group_range=/);
  await pair.near.sysctl("net/ipv4/ping_group_range", "0 2147483647");
  const granted = await pair.near.run(argv);
  assertEquals([granted.code, findingsOf(granted).get("echo")?.state], [4, "ok"]);
});

programTest({
  name: "doctor: a target that cannot be reached fails with its reason",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  await pair.near.ip("route add prohibit 10.93.0.0/24", "route add unreachable 10.92.0.0/24");
  for (
    const [target, code, detail] of [
      ["10.90.0.1", 4, /Network is unreachable/],
      ["10.92.0.1", 4, /No route to host/],
      // EACCES, as for a broadcast address, but not one.
      ["10.93.0.1", 4, /Permission denied/],
      ["10.77.0.255", 4, /broadcast address/],
    ] as const
  ) {
    const result = await pair.near.run(program.argv("doctor", "--json", target));
    const route = findingsOf(result).get("route");
    assertEquals([target, result.code, route?.state], [target, code, "fail"]);
    assertMatch(route?.detail ?? "", detail);
    if (target === "10.93.0.1") assertEquals(route?.detail.includes("broadcast"), false);
  }
});

programTest({
  name: "doctor: a name that does not resolve ends with 2, an IPv6 address with 3",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  const unresolved = await pair.near.run(program.argv("doctor", "--json", "nowhere.invalid"));
  assertEquals(unresolved.code, 2);
  assertMatch(findingsOf(unresolved).get("target")?.detail ?? "", /^nowhere\.invalid: \S/);
  const refused = await pair.near.run(program.argv("doctor", "2001:db8::7"));
  assertEquals([refused.code, refused.stdout], [3, ""]);
  assertComplaint(refused.stderr, /ICMPv6 has no Timestamp message/);
});
