/** Records of clocks, hosts, summaries and aliases: what is derived in them, and what is absent when. */

import { assertEquals } from "@std/assert";
import type { HostOffset } from "../../../src/measurement/mod.ts";
import { ALIAS_FIELDS, aliasEvents } from "../../../src/record/alias_record.ts";
import { CHANGE_FIELDS } from "../../../src/record/change_record.ts";
import { CLOCK_FIELDS } from "../../../src/record/clock_record.ts";
import { csvColumns, describeField, fieldNames, recordsOf } from "../../../src/record/registry.ts";
import { type Field, formatJson } from "../../../src/record/field.ts";
import { HOST_FIELDS } from "../../../src/record/host_record.ts";
import { SUMMARY_FIELDS } from "../../../src/record/summary_record.ts";
import { VERDICT_FIELDS } from "../../../src/record/verdict_record.ts";
import { watchTables } from "../../../src/record/watch_record.ts";
import type { HostFindings } from "../../../src/run/audit/host_findings.ts";
import type { HostChange } from "../../../src/run/audit/comparison.ts";
import type { TraceFindings } from "../../../src/run/trace/findings.ts";
import { TargetStatistics } from "../../../src/run/target_statistics.ts";
import { clockEvent, UNDECIDED } from "../report/clock_fixture.ts";

const write = <S>(fields: readonly Field<S>[], source: S): Record<string, unknown> =>
  JSON.parse(formatJson("x", fields, source));
const pick = (record: Record<string, unknown>, ...names: readonly string[]) =>
  names.map((name) => record[name]);
const only = <S>(fields: readonly Field<S>[], ...names: readonly string[]) =>
  fields.filter(({ name }) => names.includes(name));

Deno.test("clock record: numbers of a clock, each bound rounded outwards", () => {
  const event = { ...clockEvent({ tickMs: 1000 / 15 }, ["byte-swapped"]), baseUnixMs: 5000 };
  const record = write(CLOCK_FIELDS, event);
  assertEquals(pick(record, "time", "is_decided", "undecided_reason", "remote_time"), [
    ...[43_205, true, undefined, "12:00:00.123"],
  ]);
  assertEquals(
    pick(record, "offset_ms", "offset_lower_ms", "offset_upper_ms", "offset_stddev_ms"),
    [123.457, 113.123, 133.79, 0.012],
  );
  assertEquals(pick(record, "skew_ppm", "skew_lower_ppm", "skew_upper_ppm", "skew_stddev_ppm"), [
    ...[1.26, -3.16, 5.55, 0.4],
  ]);
  assertEquals(pick(record, "rtt_min_ms", "tick_ms", "is_tick_settled", "is_far_off"), [
    ...[20.064, 66.667, true, false],
  ]);
  assertEquals(pick(record, "samples", "samples_used", "edge_samples", "outliers", "flags"), [
    ...[100, 100, 7, 0, ["byte-swapped"]],
  ]);
});

Deno.test("clock record: of an undecided clock there is a reason and no number", () => {
  const event = clockEvent({ ...UNDECIDED, minRttNs: undefined });
  const record = write(CLOCK_FIELDS, event);
  assertEquals(
    pick(record, "is_decided", "undecided_reason", "offset_ms", "remote_time", "rtt_min_ms"),
    [false, "replies contradict each other", undefined, undefined, undefined],
  );
});

Deno.test("clock record: a restart has its reason, its Unix time, and the change where it is known", () => {
  const restarts = [
    { atNs: 1.2345e9, reason: "local clock stepped", changeMs: undefined },
    { atNs: 2e9, reason: "remote clock changed", changeMs: -12.34567 },
  ] as const;
  const event = { ...clockEvent({ restarts }), baseUnixMs: 10_000 };
  assertEquals(write(CLOCK_FIELDS, event)["restarts"], [
    "local clock stepped at 11.235",
    "remote clock changed at 12.000 by -12.346 ms",
  ]);
});

Deno.test("summary record: a tick is what the timestamps have shown, and no more", () => {
  const statistics = new TargetStatistics({ index: 0, label: "h", address: 1 });
  const summary = statistics.summary(1.5);
  const tick = (host: Partial<HostOffset> | undefined) =>
    write(only(SUMMARY_FIELDS, "tick_ms"), {
      ...summary,
      host: host && { isWithdrawn: false, tickMs: 1, ...host } as HostOffset,
    })["tick_ms"];
  assertEquals(
    [{ tick: "fine" }, { tick: "coarse", tickMs: 11 }, { tick: "coarse", tickMs: 16.625 }].map(
      (host) => tick(host as Partial<HostOffset>),
    ),
    [1, 10, 15.625],
  );
  const none = [
    ...[undefined, { tick: "assumed", tickMs: 1001 }, { tick: "unknown", tickMs: 1001 }],
    { tick: "fine", isWithdrawn: true },
  ];
  assertEquals(none.map((host) => tick(host as Partial<HostOffset>)), none.map(() => undefined));
});

Deno.test("summary record: an interval begins somewhere, to the microsecond", () => {
  const statistics = new TargetStatistics({ index: 0, label: "h", address: 1 }, "interval");
  const from = (at?: number) =>
    write(only(SUMMARY_FIELDS, "from", "scope"), statistics.summary(9, at));
  assertEquals(from(1.2345678), { type: "x", from: 1.234568, scope: "interval" });
  assertEquals("from" in from(), false);
});

Deno.test("host record: how the timestamps were read", () => {
  const reading = (verdict: string, form: object | undefined) =>
    write(only(HOST_FIELDS, "reading"), { verdict, behaviour: { form } } as HostFindings)[
      "reading"
    ];
  const day = { unit: "milliseconds-of-day", isLittleEndian: false, hasHighBit: false };
  assertEquals(
    [day, { ...day, isLittleEndian: true }, { ...day, hasHighBit: true }].map((form) =>
      reading("right", form)
    ),
    ["standard", "little-endian", "high-bit"],
  );
  assertEquals(reading("unreadable", undefined), "unreadable");
  assertEquals(reading("wrong", { ...day, unit: "unix-seconds" }), "unreadable");
  assertEquals([reading("silent", day), reading("icmp_error", day)], [undefined, undefined]);
});

Deno.test("host record: only the clauses that its answers break", () => {
  const conformance = [
    { clause: "code-zero", result: "pass" },
    { clause: "right-within-minutes", result: "fail" },
    { clause: "whole-milliseconds", result: "unknown" },
  ];
  const host = { conformance } as unknown as HostFindings;
  assertEquals(write(only(HOST_FIELDS, "nonconforming"), host)["nonconforming"], [
    "right-within-minutes",
  ]);
});

const TARGETS = [1, 2, 3].map((octet) => ({
  ...{ index: octet, label: `h${octet}`, address: 0xc0000200 + octet },
}));
const GROUP = {
  ...{ members: [0, 2], chance: 0.001234, offsetWithinMs: 0.01201, skewWithinPpm: 0.3001 },
  skewPpm: -4.00049,
};

Deno.test("alias record: groups, coincidences, and once all of which nothing can be said", () => {
  const found = { targets: TARGETS, time: 7, undecided: 0, unfollowed: 0 };
  const events = (groups: number, coincidences: number, disciplined: readonly number[]) =>
    aliasEvents({
      ...{ ...found, disciplined, groups: Array(groups).fill(GROUP) },
      coincidences: Array(coincidences).fill(GROUP),
    }).map((event) => write(ALIAS_FIELDS, event));
  assertEquals(events(0, 0, []), []);
  assertEquals(events(1, 1, [1]), [
    ...["one_clock", "coincidence"].map((alias_kind) => ({
      ...{ type: "x", time: 7, alias_kind, addresses: ["192.0.2.1", "192.0.2.3"] },
      ...{ coincidence_ratio: 0.0012, offset_within_ms: 0.013, skew_within_ppm: 0.301 },
      skew_ppm: -4,
    })),
    { type: "x", time: 7, alias_kind: "undecidable", addresses: ["192.0.2.2"] },
  ]);
});

Deno.test("change record: labels that came and went; an address is its own name", () => {
  const change = {
    ...{ change: "label_changed", address: 0xc0000205, time: 7 },
    before: { verdict: "right", labels: ["lazy", "normal"] },
    now: { verdict: "wrong", labels: ["normal", "stuck"] },
  } as HostChange;
  assertEquals(write(CHANGE_FIELDS, change), {
    ...{ type: "x", target: "192.0.2.5", address: "192.0.2.5", time: 7, change: "label_changed" },
    ...{ verdict_now: "wrong", verdict_before: "right" },
    ...{ labels_added: ["stuck"], labels_removed: ["lazy"] },
  });
  const gone = { change: "gone", address: 0xc0000205, time: 7 } as HostChange;
  assertEquals(write(CHANGE_FIELDS, gone), {
    ...{ type: "x", target: "192.0.2.5", address: "192.0.2.5", time: 7, change: "gone" },
    ...{ labels_added: [], labels_removed: [] },
  });
});

Deno.test("verdict record: no more requests are answered than were sent", () => {
  const seen = { echo: { sent: 3, answered: 5 }, timestamp: { sent: 4, answered: 2 } };
  const fields = only(VERDICT_FIELDS, "echo_sent", "echo_answered", "timestamp_answered");
  assertEquals(write(fields, { seen } as unknown as TraceFindings), {
    ...{ type: "x", echo_sent: 3, echo_answered: 3, timestamp_answered: 2 },
  });
});

Deno.test("watch record: only an echo beside a timestamp request has its message", () => {
  const message = (hasBeside: boolean, name: string) => {
    const { timeout, unsent } = watchTables(hasBeside);
    const probe = { message: { name } };
    const values = [
      timeout.find((field) => field.name === "message")?.value({ probe } as never),
      unsent.find((field) => field.name === "message")?.value({ outcome: probe } as never),
    ];
    return values;
  };
  assertEquals(message(true, "echo"), ["echo", "echo"]);
  assertEquals(message(true, "timestamp"), [undefined, undefined]);
  assertEquals(message(false, "echo"), [undefined, undefined]);
  const names = watchTables(true).reply.map(({ name }) => name).slice(0, 4);
  assertEquals(names, ["target", "address", "message", "time"]);
});

Deno.test("registry: the fields that can be chosen are those of findings, once each", () => {
  assertEquals(recordsOf("no-such-command"), []);
  assertEquals(recordsOf("toString"), []);
  assertEquals(fieldNames("no-such-command"), []);
  const names = fieldNames("ping");
  assertEquals(names.length, new Set(names).size);
  // Fields of `run` and `end` alone are none of them.
  assertEquals(
    ["schema_version", "exit_code", "rtt_ms", "loss_ratio"].map((name) => names.includes(name)),
    [false, false, true, true],
  );
  assertEquals(csvColumns("no-such-command", false), ["type"]);
  assertEquals(csvColumns("ping", true).includes("loss_ratio"), true);
  assertEquals(csvColumns("ping", false).includes("loss_ratio"), false);
});

Deno.test("registry: a field is described with its note and its values, flags without", () => {
  const field = { name: "state", type: "string", description: "How it works" } as const;
  assertEquals(describeField(field), "How it works");
  assertEquals(
    describeField({ ...field, note: "here", values: ["ok", "fail"] }, (value) => `<${value}>`),
    "How it works (here): <ok>, <fail>",
  );
  assertEquals(describeField({ ...field, values: ["a", "b"] }), "How it works: a, b");
  assertEquals(describeField({ ...field, name: "flags", values: ["a"] }), "How it works");
});
