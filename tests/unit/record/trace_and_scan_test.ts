/** Whole records of trace and scan, from sources made by hand: one that has everything, one that has the least. */

import { assertEquals } from "@std/assert";
import { type Field, formatJson } from "../../../src/record/field.ts";
import { HOP_FIELDS } from "../../../src/record/hop_record.ts";
import {
  SCAN_END_FIELDS,
  SCAN_ICMP_ERROR_FIELDS,
  SCAN_REPLY_FIELDS,
  SCAN_RUN_FIELDS,
  SCAN_UNSENT_FIELDS,
  type ScanEndInfo,
  type ScanIcmpErrorEvent,
  type ScanReplyEvent,
  type ScanRunInfo,
} from "../../../src/record/scan_record.ts";
import {
  lossRatio,
  rounded,
  roundedDown,
  roundedUp,
  timeIso,
  unixSeconds,
} from "../../../src/record/shared_fields.ts";
import type { HopFindings } from "../../../src/run/trace/findings.ts";

const write = <S>(type: string, fields: readonly Field<S>[], source: S) =>
  JSON.parse(formatJson(type, fields, source));

/** What the poorest record does not have is what the table calls optional, and nothing else. */
function assertOptional<S>(fields: readonly Field<S>[], poorest: S): void {
  const absent = fields.filter(({ value }) => value(poorest) === undefined);
  assertEquals(
    absent.map(({ name }) => name),
    fields.filter(({ optional }) => optional === true).map(({ name }) => name),
  );
}

const TARGET = { index: 0, label: "gw.example", address: 0xc0000207 };
const NOTHING = { sent: 3, answered: 0, rttMs: undefined };
const SILENT: HopFindings = {
  ...{ target: TARGET, time: 1.25, path: 1, hop: 2, address: undefined, addresses: [] },
  ...{ isTarget: false, echo: NOTHING, timestamp: NOTHING, offset: undefined, labels: [] },
  ...{ refusal: undefined, changes: [] },
};

Deno.test("hop: a hop that answered has all that is known of it", () => {
  const rttMs = { min: 1.23456, median: 2.5 } as NonNullable<HopFindings["echo"]["rttMs"]>;
  const hop = {
    ...SILENT,
    ...{ address: 0x0a000001, addresses: [0x0a000001, 0x0a000002], isTarget: true },
    ...{ echo: { sent: 3, answered: 2, rttMs } },
    offset: { valueMs: 1.00049, lowerMs: -0.00049, upperMs: 2.00049 },
    labels: [{ label: 16, trafficClass: 5, isBottom: true, ttl: 1 }],
    refusal: { name: "host unreachable", reporter: 0x0a000003 },
    changes: [{ kind: "changed", from: 0x0a000001, to: 0x0a000002 }],
  } as unknown as HopFindings;
  const { mpls_labels: labels, path_changes: changes, ...record } = write("hop", HOP_FIELDS, hop);
  assertEquals(record, {
    ...{ type: "hop", target: "gw.example", address: "192.0.2.7", time: 1.25, path_number: 1 },
    ...{ hop: 2, hop_address: "10.0.0.1", hop_addresses: ["10.0.0.1", "10.0.0.2"] },
    ...{ is_target: true, echo_sent: 3, echo_answered: 2, echo_rtt_min_ms: 1.235 },
    ...{ echo_rtt_median_ms: 2.5, timestamp_sent: 3, timestamp_answered: 0 },
    // Bounds are rounded outwards.
    ...{ offset_ms: 1, offset_lower_ms: -0.001, offset_upper_ms: 2.001 },
    ...{ icmp_error: "host unreachable", icmp_error_reporter: "10.0.0.3" },
  });
  assertEquals([labels.length, changes], [1, ["changed 10.0.0.1 10.0.0.2"]]);
});

Deno.test("hop: a hop that is silent has its counts and lists that are empty", () => {
  assertEquals(write("hop", HOP_FIELDS, SILENT), {
    ...{ type: "hop", target: "gw.example", address: "192.0.2.7", time: 1.25, path_number: 1 },
    ...{ hop: 2, hop_addresses: [], is_target: false, echo_sent: 3, echo_answered: 0 },
    ...{ timestamp_sent: 3, timestamp_answered: 0, mpls_labels: [], path_changes: [] },
  });
  assertOptional(HOP_FIELDS, SILENT);
});

const RUN: ScanRunInfo = {
  ...{ message: "timestamp", command: "scan", version: "1", time: 5, targets: 256, probes: 64 },
  ...{ seed: 9, shard: "1/4", rate: Infinity, senders: 2, cooldownMs: 1500.0004 },
  ...{ path: "raw-socket", pathReason: "asked for", position: 3 },
};

Deno.test("scan: the record of its start", () => {
  assertOptional(SCAN_RUN_FIELDS, RUN);
  const { schema_version: _, ...record } = write("run", SCAN_RUN_FIELDS, { ...RUN, rate: 5000 });
  assertEquals(record, {
    ...{ type: "run", version: "1", command: "scan", time: 5, targets: 256 },
    ...{ message: "timestamp", probes: 64, seed: 9, shard: "1/4", rate_pps: 5000 },
    ...{ sender_threads: 2, cooldown_ms: 1500, path: "raw-socket", path_reason: "asked for" },
    start_position: 3,
  });
});

Deno.test("scan: the record of its end has every counter in its place", () => {
  const end = {
    ...{ time: 9, reason: "complete", exitCode: 0, durationS: 4.5, hostsAnswered: 1, position: 2 },
    ...{ length: 3, sent: 4, replies: 5, duplicates: 6, icmpErrors: 7, unsent: 8, notices: 10 },
    ...{ unproven: 11, malformed: 12, dropped: 13, blocked: 14, failedCalls: 15, backoffs: 16 },
  } as ScanEndInfo;
  assertEquals(write("end", SCAN_END_FIELDS, end), {
    ...{ type: "end", time: 9, reason: "complete", exit_code: 0, duration_s: 4.5, position: 2 },
    ...{ probes: 3, targets_answered: 1, sent: 4, received: 5, duplicates: 6, icmp_errors: 7 },
    ...{ unsent: 8, notices: 10, unproven: 11, malformed: 12, kernel_drops: 13, blocked: 14 },
    ...{ failed_calls: 15, backoffs: 16 },
  });
});

Deno.test("scan: the fields of a reply, an ICMP error and a refused probe that may be absent are those it can lack", () => {
  const reply = {
    ...{ address: 1, ipId: 7, identifier: 1, sequence: 2, ttl: 60, rttMs: 1, receivedNs: 2e6 },
    ...{ receiveMs: undefined, measurement: undefined, flags: [] },
  } as unknown as ScanReplyEvent["reply"];
  assertOptional(SCAN_REPLY_FIELDS, { reply, baseUnixMs: 0 });
  const error = {
    ...{ address: 1, reporter: 2, type: 3, code: 1, name: "x", ttl: 63, rttMs: 1, receivedNs: 0 },
  } as ScanIcmpErrorEvent["error"];
  assertOptional(SCAN_ICMP_ERROR_FIELDS, { error, baseUnixMs: 0 });
  const refused = {
    address: 1,
    time: 5,
    error: { syscall: "sendto", code: "EPERM", message: "x" },
  };
  assertOptional(SCAN_UNSENT_FIELDS, refused as never);
});

Deno.test("records: numbers are rounded to a microsecond, bounds outwards, shares to a millionth", () => {
  assertEquals([rounded(1.2346), rounded(-1.2346), rounded(undefined)], [1.235, -1.235, undefined]);
  assertEquals([roundedDown(1.2349), roundedDown(-1.2341)], [1.234, -1.235]);
  assertEquals([roundedUp(1.2341), roundedUp(-1.2349)], [1.235, -1.234]);
  assertEquals([roundedUp(undefined), roundedDown(undefined)], [undefined, undefined]);
  const loss = lossRatio<{ readonly lossRatio?: number | undefined }>((source) => source);
  assertEquals(loss.value({ lossRatio: 1 / 3 }), 0.333333);
  assertEquals(loss.value({ lossRatio: undefined }), undefined);
  assertEquals(unixSeconds(1000, 250e6), 1.25);
  const iso = timeIso<number>((unixMs) => unixMs);
  assertEquals([0, 999.9994, 999.9996, -1].map((unixMs) => iso.value(unixMs)), [
    ...["1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.999999Z"],
    ...["1970-01-01T00:00:01.000000Z", "1969-12-31T23:59:59.999000Z"],
  ]);
});
