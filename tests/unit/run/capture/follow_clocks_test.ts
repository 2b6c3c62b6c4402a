/** The clocks of hosts and clients, as a capture shows them. */

import { assert, assertEquals } from "@std/assert";
import { parseDatagram } from "../../../../src/packet/mod.ts";
import { CaptureRun, type CaptureSetup } from "../../../../src/run/capture/capture_run.ts";
import { ClientClock } from "../../../../src/run/capture/client_clock.ts";
import { followClocks } from "../../../../src/run/capture/follow_clocks.ts";
import type { ClockEvent } from "../../../../src/run/clock/event.ts";
import type { ClockPicture } from "../../../../src/run/run_state.ts";
import { Random } from "../../../lab/random.ts";
import { sealMessage, write32 } from "../../../lab/octets.ts";
import { CLIENT, datagramOf, type Exchanged, HOST } from "./exchange.ts";

const DAY_S = 1_795_737_600;
const DAY_MS = 86_400_000;
/** 09:00. */
const START_MS = 32_400_000;

/** A host whose clock is `hostMs` ahead, and a client whose clock is `clientMs` ahead of that of the capture. */
interface Watched {
  readonly host?: number;
  readonly client?: number;
  readonly hostMs: number;
  readonly clientMs?: number;
  /** From the client to the place of capture, and from there to the host; milliseconds, and the same back. */
  readonly nearMs?: number;
  readonly farMs?: number;
  readonly ttls?: readonly [request: number, reply: number];
}

function capture(all: readonly Watched[], setup: Partial<CaptureSetup> = {}) {
  const reports: ClockPicture[] = [];
  const brief: boolean[] = [];
  const run = new CaptureRun(
    { program: { command: "clock", version: "0" }, source: "a", timeoutMs: 1000, ...setup },
    () => {},
    followClocks({
      report(picture, isBrief) {
        reports.push(picture);
        brief.push(isBrief);
      },
    }),
  );
  const random = new Random(1);
  const packets: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  for (let i = 0; i < 60; i++) {
    for (const [place, watched] of all.entries()) {
      const { host = HOST, client = CLIENT, hostMs, clientMs = 0, nearMs = 3, farMs = 4 } = watched;
      const { ttls: [askTtl, replyTtl] = [60, 60] } = watched;
      const atMs = START_MS + i * 97 + place * 7 + random.unit();
      const dayMs = (ms: number) => ((Math.floor(ms) % DAY_MS) + DAY_MS) % DAY_MS;
      const numbers = { host, client, identifier: 7, sequence: i, identification: i };
      const originateMs = dayMs(atMs - nearMs + clientMs);
      const shared: Omit<Exchanged, "asks" | "atMs" | "ttl"> = { ...numbers, originateMs };
      packets.push({ atMs, bytes: datagramOf({ ...shared, asks: true, atMs, ttl: askTtl }) });
      const reply = datagramOf({ ...shared, asks: false, atMs, ttl: replyTtl });
      const stampMs = dayMs(atMs + farMs + hostMs);
      write32(reply, 32, stampMs);
      write32(reply, 36, stampMs);
      sealMessage(reply, 20, 40);
      packets.push({ atMs: atMs + 2 * farMs, bytes: reply });
    }
  }
  packets.sort((one, other) => one.atMs - other.atMs);
  for (const { atMs, bytes } of packets) {
    const parsed = parseDatagram(bytes);
    assert(parsed.ok);
    const unixSeconds = DAY_S + Math.floor(atMs / 1000);
    const nanoseconds = Math.round((atMs % 1000) * 1e6);
    run.add({
      ...parsed.value,
      bytes,
      isCut: false,
      direction: undefined,
      unixSeconds,
      nanoseconds,
    });
  }
  const result = run.finish();
  // No report of a capture is one of a run that goes on.
  assertEquals(brief.includes(true), false);
  return { reports, result, last: reports.at(-1)?.clocks ?? [] };
}

function assertHolds(event: ClockEvent | undefined, offsetMs: number): void {
  const { lowerMs = NaN, upperMs = NaN } = event?.state ?? {};
  assert(lowerMs <= offsetMs && offsetMs <= upperMs, `${lowerMs} to ${upperMs}`);
  assert(upperMs - lowerMs < 9, `${upperMs - lowerMs}`);
}

Deno.test("capture clocks: the clock of a host against that of the capture, and of a client from one side", () => {
  const { last, reports, result } = capture([{ hostMs: 120.4, clientMs: -50 }]);
  assertEquals([reports.length, last.length], [1, 1]);
  assertHolds(last[0], 120.4);
  assertEquals([result.totals.received, result.answered, result.targets], [60, 1, 1]);
  const { capturedAt, clientLowerMs = NaN } = last[0]?.capture ?? {};
  assertEquals(capturedAt, "path");
  // Three milliseconds on the way, and up to one of its millisecond: the truth is above the bound.
  assert(clientLowerMs <= -50 && clientLowerMs > -54.1, `${clientLowerMs}`);
});

Deno.test("capture clocks: at the client nothing is said of its clock, at the host it is", () => {
  const at = (ttls: readonly [number, number]) => capture([{ hostMs: 0, ttls }]).last[0]?.capture;
  assertEquals(at([64, 60]), { capturedAt: "client", clientLowerMs: undefined });
  assertEquals(at([60, 64])?.capturedAt, "server");
  assert((at([60, 64])?.clientLowerMs ?? NaN) <= 0);
  const set = capture([{ hostMs: 0, ttls: [64, 60] }], { capturedAt: "path" }).last[0]?.capture;
  assertEquals(set?.capturedAt, "path");
  assert(set?.clientLowerMs !== undefined);
});

Deno.test("capture clocks: several hosts agree, and a client among them does not count", () => {
  const hosts = [HOST, HOST + 1, HOST + 2];
  const { reports, last } = capture(hosts.map((host) => ({ host, hostMs: 200 })));
  assertEquals(last.length, 3);
  const found = reports.at(-1)?.consensus?.consensus;
  assertEquals([found?.hosts, found?.agreeing], [3, 3]);
  assert((found?.lowerMs ?? NaN) <= 200 && (found?.upperMs ?? NaN) >= 200);
  const mixed = capture([
    ...hosts.map((host) => ({ host, hostMs: 200 })),
    { host: HOST + 9, client: HOST, hostMs: 200 },
  ]);
  assertEquals(mixed.reports.at(-1)?.consensus?.notCounted, ["192.0.2.7"]);
});

Deno.test("capture clocks: a host that goes is reported when it goes", () => {
  const hosts = Array.from({ length: 6 }, (_, i) => ({ host: HOST + i, hostMs: 10 * i }));
  const { reports, result } = capture(hosts, { limits: { probes: 4, hosts: 2 } });
  assertEquals(result.totals.sent, 360);
  const reported = reports.flatMap(({ clocks }) => clocks.map(({ counters }) => counters.received));
  assertEquals(reported.reduce((sum, count) => sum + count, 0), 360);
});

Deno.test("client clock: three requests whose times hang together within a minute", () => {
  const clock = new ClientClock();
  const at = (originateMs: number, ms: number) => clock.add(originateMs, ms * 1e6);
  at(1000, 990);
  at(2000, 1995);
  assertEquals(clock.lowerMs, undefined);
  at(3000, 3008);
  assertEquals(clock.lowerMs, 10);
  at(63_000, 3000 + 8);
  assertEquals(clock.lowerMs, 59_992);
  at(66_000, 3000);
  assertEquals(clock.lowerMs, undefined);
  const folded = new ClientClock();
  for (const ms of [1, 2, 3]) folded.add(DAY_MS - 10 + ms, ms * 1e6);
  assertEquals(folded.lowerMs, -10);
});
