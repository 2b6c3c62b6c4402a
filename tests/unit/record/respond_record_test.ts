/** Records of `respond`: its start, what it did with each datagram, its end. */

import { assertEquals } from "@std/assert";
import {
  ANSWER_FIELDS,
  RESPOND_END_FIELDS,
  RESPOND_JSON,
  RESPOND_RUN_FIELDS,
} from "../../../src/record/respond_record.ts";
import { ResponderCounts } from "../../../src/respond/fate.ts";
import type { Responder } from "../../../src/respond/responder.ts";
import {
  at,
  BASE_UNIX_MS,
  changed,
  ECHO_REQUEST,
  responderOf,
  TIMESTAMP_REQUEST,
} from "../respond/support.ts";

/** The record of a datagram that arrives 250 ms after the start, which is at 10:00. */
function answer(responder: Responder, bytes: Uint8Array): Record<string, unknown> {
  const arrivedAt = at(250);
  const unixMs = BASE_UNIX_MS + arrivedAt.realtimeNs / 1e6;
  const answered = responder.answer(bytes, arrivedAt);
  const event = { ...answered, unixMs, arrivedNs: arrivedAt.monotonicNs };
  return JSON.parse(RESPOND_JSON.answer(event));
}

const namesOf = (fields: readonly { readonly name: string; readonly optional?: boolean }[]) =>
  fields.filter(({ optional }) => optional === true).map(({ name }) => name);

Deno.test("respond: the answer to a timestamp request, with the delays that were asked for", () => {
  const host = { outMs: 3, processingMs: 2, backMs: 4, separateStamps: true, duplicateRatio: 1 };
  assertEquals(answer(responderOf(host), TIMESTAMP_REQUEST), {
    ...{ type: "answer", time: 1_795_773_600.25, source: "192.0.2.9", destination: "198.18.0.1" },
    ...{ request: "timestamp", fate: "replied", identifier: 0x1234, sequence: 7 },
    ...{ originate_ms: 36_000_000, receive_ms: 36_000_253, transmit_ms: 36_000_255 },
    ...{ reply_delay_ms: 9, reply_count: 2 },
  });
});

Deno.test("respond: an echo has no timestamps, and what has no reply has no delay", () => {
  const echo = {
    ...{ type: "answer", time: 1_795_773_600.25, source: "192.0.2.9", destination: "198.18.0.1" },
    ...{ request: "echo", identifier: 0x1234, sequence: 7 },
  };
  assertEquals(answer(responderOf({ backMs: 4 }), ECHO_REQUEST), {
    ...{ ...echo, fate: "replied", reply_delay_ms: 4, reply_count: 1 },
  });
  assertEquals(answer(responderOf({ lossOutRatio: 1 }), ECHO_REQUEST), {
    ...{ ...echo, fate: "lost_out", reply_count: 0 },
  });
  // The host has stamped the request whose reply is lost.
  const lost = answer(responderOf({ lossBackRatio: 1 }), TIMESTAMP_REQUEST);
  assertEquals([lost["fate"], lost["originate_ms"], lost["receive_ms"], lost["reply_delay_ms"]], [
    ...["lost_back", 36_000_000, 36_000_250, undefined],
  ]);
});

Deno.test("respond: a datagram that is no request has a fate alone, as the table says", () => {
  const broken = answer(responderOf(), changed(ECHO_REQUEST, { 0: 0x46 }));
  assertEquals(broken, {
    ...{ type: "answer", time: 1_795_773_600.25, fate: "malformed", reply_count: 0 },
  });
  assertEquals(
    namesOf(ANSWER_FIELDS),
    ANSWER_FIELDS.map(({ name }) => name).filter((name) => !(name in broken)),
  );
});

Deno.test("respond: the start of a run, without targets", () => {
  const event = {
    ...{ version: "1.2.3", command: "respond", time: 5.5, interfaceName: "icmptime0" },
    ...{ addresses: "198.18.0.0/15", seed: 9, ratePps: 1000 },
  };
  assertEquals(JSON.parse(RESPOND_JSON.run(event)), {
    ...{ type: "run", schema_version: 2, version: "1.2.3", command: "respond", time: 5.5 },
    ...{ interface: "icmptime0", answered_addresses: "198.18.0.0/15", answer_seed: 9 },
    answer_rate_pps: 1000,
  });
  assertEquals(namesOf(RESPOND_RUN_FIELDS), []);
});

Deno.test("respond: the end of a run has every counter in its place", () => {
  const counts = new ResponderCounts();
  counts.timestampRequests = 5;
  counts.echoRequests = 2;
  counts.sent = 6;
  counts.unsent = 1;
  counts.overflow = 3;
  counts.fates.replied = 4;
  counts.fates.malformed = 8;
  const event = { time: 9, reason: "deadline", exitCode: 0, durationS: 2.5, counts } as const;
  const { fate_replied, fate_malformed, ...record } = JSON.parse(
    RESPOND_JSON.end({ ...event, drops: 7 }),
  );
  assertEquals([fate_replied, fate_malformed], [4, 8]);
  const known = Object.entries(record).filter(([name]) => !name.startsWith("fate_"));
  assertEquals(Object.fromEntries(known), {
    ...{ type: "end", time: 9, reason: "deadline", exit_code: 0, duration_s: 2.5 },
    ...{ requests: 7, timestamp_requests: 5, echo_requests: 2, packets_sent: 6 },
    ...{ packets_unsent: 1, packets_dropped: 3, kernel_drops: 7 },
  });
  // Not every kernel says what it dropped.
  const unknown = JSON.parse(RESPOND_JSON.end({ ...event, drops: undefined }));
  assertEquals("kernel_drops" in unknown, false);
  assertEquals(namesOf(RESPOND_END_FIELDS), ["kernel_drops"]);
});
