/** `icmptime audit` against `icmptime respond`: each behaviour gets exactly the labels that say so. */

import { assert, assertEquals } from "@std/assert";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { RunningResponder } from "../support/responder.ts";
import { systemTest } from "../support/tools.ts";

interface HostRecord {
  readonly type: string;
  readonly address: string;
  readonly verdict: string;
  readonly labels: readonly string[];
  readonly offset_lower_ms?: number;
  readonly offset_upper_ms?: number;
  readonly utc_offset_minutes?: number;
  readonly likely_system?: string;
}

type Host = Readonly<Record<string, unknown>>;

/** A host of the scenario, its labels, and what audit concludes. */
type Case = readonly [
  host: Host,
  labels: readonly string[],
  verdict: "right" | "wrong" | "unreadable" | "silent" | "icmp_error",
  more?: Partial<HostRecord>,
];

const CUTS = "truncates-long";

const CASES: readonly Case[] = [
  [{}, ["lazy", CUTS], "right"],
  [{ separate_stamps: true, processing_ms: 3 }, ["normal", CUTS], "right"],
  [{ offset_ms: 7_600_000 }, ["lazy", CUTS], "wrong"],
  [{ offset_ms: -90_000 }, ["lazy", CUTS], "wrong"],
  [{ tick_ms: 10 }, ["lazy", "coarse-tick", CUTS], "right"],
  [{ tick_ms: 15.625 }, ["lazy", "coarse-tick", CUTS], "right"],
  [{ utc_offset_minutes: 345 }, ["lazy", "time-zone", CUTS], "wrong", { utc_offset_minutes: 345 }],
  [{ little_endian: true }, ["lazy", "little-endian", CUTS], "right"],
  [{ high_bit: true }, ["lazy", "high-bit", CUTS], "right"],
  [{ high_bit: true, offset_ms: 9_000_000 }, ["lazy", "high-bit-odd", CUTS], "wrong"],
  [{ shows: "stuck" }, ["stuck", CUTS], "unreadable"],
  [{ shows: "zero" }, ["constant-zero", CUTS], "unreadable"],
  [{ shows: "one" }, ["constant-one", CUTS], "unreadable"],
  [{ shows: "little-endian-one" }, ["constant-little-endian-one", CUTS], "unreadable"],
  [{ shows: "reflection" }, ["reflection", CUTS], "unreadable"],
  [{ shows: "originate" }, ["originate-echo", CUTS], "unreadable"],
  [{ shows: "random" }, ["normal", "random", CUTS], "unreadable"],
  [{ unit: "seconds-of-day" }, ["lazy", "seconds-of-day", CUTS], "right"],
  [{ unit: "unix-seconds" }, ["lazy", "unix-seconds", CUTS], "right"],
  [{ unit: "unix-ms" }, ["lazy", "unix-ms", CUTS], "right"],
  [{ unit: "uptime-ms" }, ["lazy", "uptime", CUTS], "unreadable"],
  [{ swapped_halves: true }, ["lazy", "halves-swapped", CUTS], "unreadable"],
  [{ checksum_lazy: true }, ["lazy", "checksum-lazy", CUTS], "right"],
  [{ odd_code: "zero" }, ["lazy", "answers-odd-code", CUTS], "right"],
  [{ long: "return" }, ["lazy", "echoes-long"], "right"],
  [{ long: "silent" }, ["lazy"], "right"],
  [{ copies_tos: true }, ["lazy", CUTS, "copies-tos"], "right"],
  [{ tampers: ["originate"] }, ["lazy", "originate-tampered", CUTS], "right"],
  [{ tampers: ["checksum"] }, ["wrong-checksum", "undecided"], "unreadable"],
  [{ out_ms: 40, back_ms: 10, back_jitter_ms: 2 }, ["lazy", CUTS], "right"],
  [{ duplicate_ratio: 1 }, ["lazy", CUTS], "right"],
  [{ answers_timestamp: false }, ["undecided"], "silent"],
  [{ icmp_error: "communication-prohibited" }, ["undecided"], "icmp_error"],
];

const SYSTEMS: readonly (readonly [like: string, likely: string])[] = [
  ["linux", "Linux"],
  ["freebsd", "FreeBSD or macOS"],
  ["netbsd", "NetBSD or Solaris or illumos"],
  ["openbsd", "NetBSD, OpenBSD or Solaris or illumos"],
  ["windows", "Windows"],
];

async function auditHosts(hosts: readonly Host[]): Promise<HostRecord[]> {
  const addressOf = (index: number) => `198.18.0.${index + 1}`;
  const scenario = {
    seed: 5,
    hosts: hosts.map((host, index) => ({ addresses: addressOf(index), ...host })),
  };
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(file, JSON.stringify(scenario));
    await using responder = await RunningResponder.open(
      ["--tun", "198.18.0.0/24", "--scenario", file],
    );
    const words = [
      "--json",
      "--rounds",
      "5",
      "--max-offset",
      "2s",
      ...hosts.map((_, i) => addressOf(i)),
    ];
    const { stdout, stderr } = await responder.namespace.run(
      SOURCE_PROGRAM.argv("audit", ...words),
      { timeoutMs: 60_000 },
    );
    const records = stdout.trim().split("\n").map((line) => JSON.parse(line) as HostRecord);
    const byAddress = new Map(records.map((record) => [record.address, record]));
    return hosts.map((_, index) => {
      const record = byAddress.get(addressOf(index));
      assert(record !== undefined, `${addressOf(index)}: ${stdout} ${stderr}`);
      return record;
    });
  } finally {
    await Deno.remove(file);
  }
}

systemTest({
  name: "respond: audit gives each behaviour exactly its labels, and each system its name",
  namespaces: true,
}, async () => {
  const hosts = [...CASES.map(([host]) => host), ...SYSTEMS.map(([like]) => ({ like }))];
  const all = await auditHosts(hosts);
  const found = all.slice(0, CASES.length);
  assertEquals(
    SYSTEMS.map(([like], i) => [like, all[CASES.length + i]?.likely_system]),
    SYSTEMS.map(([like, likely]) => [like, likely]),
  );
  const expected = CASES.map(([host, labels, verdict]) => ({ host, labels, verdict }));
  const told = CASES.map(([host], i) => ({
    host,
    labels: found[i]?.labels ?? [],
    verdict: found[i]?.verdict,
  }));
  assertEquals(told, expected);
  CASES.forEach(([host, , , more = {}], i) => {
    for (const [key, value] of Object.entries(more)) {
      assertEquals(found[i]?.[key as keyof HostRecord], value, `${key} of ${JSON.stringify(host)}`);
    }
    if (host.unit !== undefined || typeof host.offset_ms !== "number") return;
    const { offset_lower_ms: lower = NaN, offset_upper_ms: upper = NaN } = found[i] ?? {};
    assert(lower <= host.offset_ms && host.offset_ms <= upper, `${lower} ${upper}`);
  });
});
