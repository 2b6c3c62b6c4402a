/** `icmptime audit` against the lab, whose hosts do what they are told, and against the kernel. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Lab, labTest } from "../lab/lab.ts";
import type { HostBehaviour, QuirkName } from "../lab/scenario.ts";
import { Namespace } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";

interface HostRecord {
  readonly type: string;
  readonly address: string;
  readonly verdict: string;
  readonly labels: readonly string[];
  readonly offset_ms?: number;
  readonly offset_lower_ms?: number;
  readonly offset_upper_ms?: number;
  readonly utc_offset_minutes?: number;
}

/** How a host treats messages, whatever its clock shows. */
const MANNERS = new Set([
  ...["checksum-lazy", "answers-odd-code", "truncates-long", "echoes-long", "copies-tos"],
]);

const audit = (...words: string[]) => SOURCE_PROGRAM.argv("audit", ...words);

function hostsOf(stdout: string): Map<string, HostRecord> {
  const records = stdout.trim().split("\n").map((line) => JSON.parse(line) as HostRecord);
  return new Map(records.filter(({ type }) => type === "host").map((host) => [host.address, host]));
}

const TWO_HOURS_MS = 7_200_000;

/** What each kind of host is to be called, and whether it is right. */
const EXPECTED: readonly (readonly [
  quirk: QuirkName,
  labels: readonly string[],
  verdict: string,
  more?: HostBehaviour,
])[] = [
  ["normal", ["normal"], "right", { processing: 3 }],
  ["lazy", ["lazy"], "right"],
  ["high-bit", ["lazy", "high-bit"], "right"],
  ["high-bit-wrong", ["lazy", "high-bit-odd", "uptime"], "unreadable", { uptimeMs: 9e8 }],
  ["little-endian", ["lazy", "little-endian"], "right"],
  ["local-time-zone", ["lazy", "time-zone"], "wrong", { zoneMinutes: -210 }],
  ["seconds-of-day", ["lazy", "seconds-of-day"], "right"],
  ["unix-seconds", ["lazy", "unix-seconds"], "right"],
  ["uptime-ms", ["lazy", "uptime"], "unreadable", { uptimeMs: 9e8 }],
  ["stuck", ["stuck"], "unreadable"],
  ["zero", ["constant-zero"], "unreadable"],
  ["one", ["constant-one"], "unreadable"],
  ["copy-originate", ["originate-echo"], "unreadable"],
  ["low-16-bits-zero", ["lazy", "halves-swapped"], "unreadable"],
  ["other-originate", ["lazy", "originate-tampered"], "right"],
  ["bad-checksum", ["wrong-checksum", "undecided"], "unreadable"],
  ["coarse-tick", ["lazy", "coarse-tick"], "right"],
  ["lazy", ["lazy", "coarse-tick"], "right", { clock: { tickMs: 10 } }],
  ["lazy", ["lazy"], "wrong", { clock: { offsetMs: TWO_HOURS_MS + 400_000 } }],
];
const DELAYS_MS = [0.2, 10, 300];

labTest({
  name: "audit: each kind of host has exactly its labels, at 0.4, 20 and 300 ms, with 5 % loss",
}, async () => {
  const hosts: Record<string, HostBehaviour> = {};
  const expected = new Map<string, readonly [readonly string[], string]>();
  EXPECTED.forEach(([quirk, labels, verdict, more], kind) => {
    DELAYS_MS.forEach((delay, i) => {
      const address = `198.18.${i + 1}.${kind + 1}`;
      const loss = { kind: "random", outRatio: 0.03, backRatio: 0.02 } as const;
      hosts[address] = { quirk, out: delay / 2, back: delay / 2, loss, ...more };
      expected.set(address, [labels, verdict]);
    });
  });
  await using lab = await Lab.open({ scenario: { seed: 11, hosts } });
  const words = ["--json", "--rounds", "4", "--max-offset", "2s", ...Object.keys(hosts)];
  const { stdout, stderr, code } = await lab.run(audit(...words));
  assertEquals(code, 1, stderr);
  const found = hostsOf(stdout);
  assertEquals(found.size, expected.size);
  for (const [address, [labels, verdict]] of expected) {
    const host = found.get(address);
    const shown = host?.labels.filter((label) => !MANNERS.has(label));
    assertEquals([shown, host?.verdict], [labels, verdict], `${address} ${stdout}`);
  }
});

labTest({ name: "audit: 11 wrong clocks among 510 are found, with sign and size" }, async () => {
  const hosts: Record<string, HostBehaviour> = {};
  const wrong = new Map<string, number>();
  const sizes = [1500, -1500, 5000, -60_000, 3_600_000, -3_600_000, 20_700_000, 40_000_000, -9000];
  [...sizes, 250_000, -43_000_000].forEach((offsetMs, i) => {
    const address = `198.18.${i % 2}.${20 * i + 3}`;
    hosts[address] = { clock: { offsetMs } };
    wrong.set(address, offsetMs);
  });
  const defaults = { quirk: "lazy", out: 2, back: 2 } as const;
  await using lab = await Lab.open({ scenario: { seed: 3, defaults, hosts } });
  const { stdout, stderr, code } = await lab.run(
    audit("--json", "--include-reserved", "198.18.0.0/23"),
  );
  assertEquals(code, 1, stderr);
  const found = hostsOf(stdout);
  assertEquals(found.size, 512);
  for (const [address, host] of found) {
    const offsetMs = wrong.get(address);
    assertEquals(host.verdict, offsetMs === undefined ? "right" : "wrong", address);
    const { offset_lower_ms: lower = NaN, offset_upper_ms: upper = NaN } = host;
    assert(lower <= (offsetMs ?? 0) && upper >= (offsetMs ?? 0), `${address}: ${lower}, ${upper}`);
    // What RFC 1122 lets a clock lag, on a path that is as slow as a busy machine makes it: a clock that is wrong shows.
    assert(upper - lower < 1400, `${address}: ${lower}, ${upper}`);
  }
});

programTest({ name: "audit: the hosts that need a look, then all in numbers" }, async (program) => {
  await using namespace = await Namespace.open();
  await namespace.mustRun(["ip", "route", "add", "local", "198.18.0.0/28", "dev", "lo"]);
  const silent = await namespace.run(program.argv("audit", "--include-reserved", "198.18.0.0/29"));
  assertEquals(silent.code, 0, silent.stderr);
  assertMatch(
    silent.stdout,
    /^8 of 8 hosts answer: 8 right within 1 s\.\n(No program keeps our own clock right [^]*)?$/,
  );
  const mixed = await namespace.run(program.argv("audit", "--all", "198.18.0.1", "127.0.0.1"));
  assertMatch(mixed.stdout, /^127\.0\.0\.1 {3}within [\d.]+ ms of ours$/m);
  assertMatch(mixed.stdout, /^198\.18\.0\.1 {2}within [\d.]+ ms of ours$/m);
  const csv = await namespace.run(
    program.argv("audit", "--format", "csv", "--fields", "verdict,likely_system", "198.18.0.1"),
  );
  assertEquals(csv.stdout, "verdict,likely_system\nright,Linux\n");
});

programTest(
  { name: "audit: a host that is named and silent, and one of a block" },
  async (program) => {
    await using namespace = await Namespace.open();
    await namespace.mustRun(["ip", "link", "add", "d0", "type", "veth", "peer", "name", "d1"]);
    await namespace.mustRun(["ip", "addr", "add", "10.9.0.1/24", "dev", "d0"]);
    await namespace.mustRun(["ip", "link", "set", "d0", "up"]);
    await namespace.mustRun(["ip", "link", "set", "d1", "up"]);
    for (const host of [8, 9]) {
      const hardware = ["lladdr", `02:00:00:00:00:0${host}`];
      const entry = ["ip", "neigh", "add", `10.9.0.${host}`, ...hardware, "dev", "d0"];
      await namespace.mustRun(entry);
    }
    const named = await namespace.run(program.argv("audit", "10.9.0.9"));
    assertEquals([named.code, named.stdout.split("\n").slice(0, 3)], [
      1,
      ["10.9.0.9  no answer", "", "None of 1 host answers."],
    ], named.stderr);
    const block = await namespace.run(program.argv("audit", "10.9.0.8-10.9.0.9", "10.9.0.1"));
    assertEquals([block.code, block.stdout.split("\n")[0]], [
      0,
      "1 of 3 hosts answers: 1 right within 1 s.",
    ], block.stderr);
    const { stderr, code } = await namespace.run(
      program.argv("audit", "--max-offset", "0.01ms", "127.0.0.1"),
    );
    assertEquals([code, stderr.split(":")[0]], [3, "icmptime"]);
  },
);
