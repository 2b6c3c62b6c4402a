/** What a capture comes to: its times, its hosts as they come and go, and what is no packet of a run. */

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { parseDatagram } from "../../../../src/packet/mod.ts";
import type { StrayDatagram } from "../../../../src/probe/outcome.ts";
import {
  CaptureRun,
  type CaptureSetup,
  describeCapture,
  followPings,
} from "../../../../src/run/capture/capture_run.ts";
import type { RunInfo } from "../../../../src/run/event.ts";
import type { TargetSummary } from "../../../../src/run/target_statistics.ts";
import { datagramOf, type Exchanged, HOST } from "./exchange.ts";

const DAY_S = 1_795_737_600;

/** A capture of exchanges that begins at 00:00:01 of that day, what was reported, and its result. */
function capture(setup: Partial<CaptureSetup> = {}, explains?: boolean) {
  const infos: RunInfo[] = [];
  const strays: StrayDatagram[] = [];
  const summaries: TargetSummary[] = [];
  const sent: string[] = [];
  const run = new CaptureRun(
    { program: { command: "decode", version: "0" }, source: "a.pcap", timeoutMs: 1000, ...setup },
    (info) => void infos.push(info),
    followPings({
      ...{ run: () => {}, reply: () => {}, icmpError: () => {}, timeout: () => {} },
      ...{ unsent: () => {}, condition: () => {}, ending: () => {} },
      sent: (probe, bytes) => void sent.push(`${probe.sequence} ${bytes.length}`),
      stray: (datagram) => void strays.push(datagram),
      summary: (summary) => void summaries.push(summary),
    }, explains),
  );
  const add = (atMs: number, packet: Omit<Exchanged, "atMs">) => {
    const bytes = datagramOf({ atMs, ...packet });
    const parsed = parseDatagram(bytes);
    if (!parsed.ok) throw new Error(parsed.malformed.reason);
    run.add({ ...parsed.value, bytes, isCut: false, direction: undefined, ...timeOf(atMs) });
  };
  return { run, add, infos, strays, summaries, sent };
}

function timeOf(atMs: number) {
  return {
    unixSeconds: DAY_S + Math.floor(atMs / 1000),
    nanoseconds: Math.round((atMs % 1000) * 1e6),
  };
}

Deno.test("capture result: the times are those of the packets, from the first to the last", () => {
  const { run, add, infos, summaries } = capture();
  add(1500, { asks: true });
  add(1520, { asks: false });
  add(2750, { asks: true, sequence: 1 });
  const result = run.finish();
  const [info] = infos;
  assertEquals([infos.length, info?.time, info?.baseUnixMs], [1, DAY_S + 1.5, DAY_S * 1e3]);
  assertEquals([result.time, result.durationS], [DAY_S + 2.75, 1.25]);
  assertEquals([result.targets, result.answered, result.totals.sent, result.totals.pending], [
    ...[1, 1, 2, 1],
  ]);
  // The machine that reads a file loses none of its packets.
  assertEquals([result.kernelDrops, result.failedCalls], [0, 0]);
  assertEquals(summaries.map(({ time, scope }) => [time, scope]), [[DAY_S + 2.75, "run"]]);
  assertAlmostEquals(summaries[0]?.rttMs?.median ?? NaN, 20, 1e-6);
  assertEquals([info?.kind, info?.targets, info?.count, info?.source, info?.timeoutMs], [
    ...["timestamp", 0, Infinity, "a.pcap", 1000],
  ]);
  assertEquals([info?.stampSource, info?.stampAt, info?.identifier], [
    ...["kernel", "driver", undefined],
  ]);
});

Deno.test("capture result: a file that says until when it went on ends then", () => {
  const { run, add } = capture();
  add(1500, { asks: true });
  const result = run.finish(timeOf(3000));
  assertEquals([result.time, result.durationS], [DAY_S + 3, 1.5]);
  assertEquals([result.totals.lost, result.totals.pending], [1, 0]);
});

Deno.test("capture result: without a packet it is of the epoch, and nothing is in it", () => {
  const { run, infos, summaries } = capture();
  const result = run.finish();
  assertEquals([result.time, result.durationS, result.targets, result.answered], [0, 0, 0, 0]);
  assertEquals([infos[0]?.time, infos[0]?.baseUnixMs, run.copies, summaries], [0, 0, 0, []]);
});

Deno.test("capture result: what cannot be parsed is a stray of its time, and of no known sender", () => {
  const { run, strays, infos } = capture();
  run.addMalformed("cut short", timeOf(1500));
  const { malformed } = run.finish();
  assertEquals(malformed, 1);
  const [stray] = strays;
  assertEquals([stray?.kind, stray?.source, stray?.detail, stray?.receivedAt.realtimeNs], [
    ...["malformed", 0, "cut short", 1.5e9],
  ]);
  assertEquals([infos[0]?.time, infos[0]?.kind], [DAY_S + 1.5, "timestamp"]);
});

Deno.test("capture result: requests are reported where packets are explained, and only there", () => {
  for (const explains of [true, false]) {
    const { run, add, sent } = capture({ explains }, explains);
    add(1500, { asks: true, sequence: 9 });
    run.finish();
    assertEquals(sent, explains ? ["9 40"] : []);
  }
  const { sent, run, add } = capture({ explains: true }, undefined);
  add(1500, { asks: true });
  run.finish();
  assertEquals(sent, []);
});

Deno.test("capture result: hosts that go have their summary when they go, and count to the end", () => {
  const { run, add, summaries } = capture({ limits: { probes: 64, hosts: 32 } });
  for (let i = 0; i < 200; i++) {
    add(1500 + i * 100, { asks: true, host: HOST + i });
    // The first hundred answer.
    if (i < 100) add(1505 + i * 100, { asks: false, host: HOST + i });
  }
  const before = summaries.length;
  const result = run.finish(timeOf(30_000));
  assertEquals([before > 100, before < 200, summaries.length], [true, true, 200]);
  assertEquals(new Set(summaries.map(({ target }) => target.address)).size, 200);
  assertEquals(summaries.filter(({ counters }) => counters.received > 0).length, 100);
  assertEquals([result.targets, result.answered, result.totals.sent, result.totals.received], [
    ...[200, 100, 200, 100],
  ]);
});

Deno.test("capture result: kinds of packets in the order of frequency, of two equal ones the first", () => {
  const counts = new Map([["a", 1], ["b", 7], ["c", 1], ["d", 3]]);
  assertEquals(describeCapture(12, 2, counts), {
    ...{ packets: 12, copies: 2, kinds: [["b", 7], ["d", 3], ["a", 1], ["c", 1]] },
  });
});

Deno.test("capture state: a host that has gone has no statistics, and no place any more", async () => {
  const { CaptureClock } = await import("../../../../src/probe/observed/capture_clock.ts");
  const { CaptureState } = await import("../../../../src/run/capture/capture_state.ts");
  const state = new CaptureState(new CaptureClock(DAY_S + 1, 500_000_000), undefined);
  assertEquals(state.time, DAY_S + 1.5);
  const host = (index: number, point: string) =>
    ({
      target: { index, label: `${index}`, address: index },
      vote: { point },
    }) as unknown as Parameters<typeof state.join>[0];
  const [client, server] = [host(0, "client"), host(1, "server")];
  state.join(client);
  state.join(server).counters.received = 1;
  assertEquals([state.hosts, state.answered, state.placeOf(0), state.placeOf(1)], [
    ...[2, 1, "client", "server"],
  ]);
  assertEquals([...state.summaries()].map(({ capturedAt }) => capturedAt), ["client", "server"]);
  assertEquals([state.leave(server).counters.received, state.leave(client).capturedAt], [
    ...[1, "client"],
  ]);
  assertEquals([state.hosts, state.answered, state.totals().received], [2, 1, 1]);
  assertEquals([state.placeOf(0), [...state.summaries()]], [undefined, []]);
  assertThrows(() => state.of(client.target), RangeError, "Cannot find target 0");
});
