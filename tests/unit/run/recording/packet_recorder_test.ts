import { assertEquals } from "@std/assert";
import { CaptureReader } from "../../../../src/packet/capture/capture_reader.ts";
import { PacketRecorder } from "../../../../src/run/recording/packet_recorder.ts";
import type { Instant } from "../../../../src/time/mod.ts";
import { datagramOf } from "../capture/exchange.ts";

const DAY_MS = 86_400_000;

const at = (realtimeNs: number, monotonicNs = realtimeNs): Instant => ({
  ...{ realtimeNs, monotonicNs, source: "kernel" },
});

/** A recorder whose clock counts from that midnight. */
function openRecorder(baseUnixMs: number): PacketRecorder {
  const recorder = new PacketRecorder({
    program: "icmptime",
    remark: "icmptime ping, timeout 1000 ms",
    stampAt: "driver",
    findSource: () => 0xc6336401,
  });
  recorder.start({ baseUnixMs, now: () => at(9e9) });
  return recorder;
}

/** The times of what was recorded, and how many pieces the file was handed over in. */
function read(fill: (take: (blocks: Uint8Array) => void) => void) {
  const reader = new CaptureReader();
  const times: [unixSeconds: number, nanoseconds: number][] = [];
  let pieces = 0;
  fill((blocks) => {
    pieces++;
    for (const { unixSeconds, nanoseconds } of reader.read(blocks)) {
      times.push([unixSeconds, nanoseconds]);
    }
  });
  reader.finish();
  assertEquals(reader.broken, undefined);
  return { times, pieces, end: reader.end };
}

const DATAGRAM = datagramOf({ atMs: 0, asks: true });

Deno.test("recording: packets are in the order of their stamps, to the nanosecond", () => {
  const recorder = openRecorder(DAY_MS);
  const { times, end } = read((take) => {
    recorder.sentTo(DATAGRAM, at(2_000_000_001));
    recorder.sentTo(DATAGRAM, at(1_999_999_999));
    recorder.sentTo(DATAGRAM, at(-1, 0));
    recorder.finish(take);
  });
  assertEquals(times, [[86_399, 999_999_999], [86_401, 999_999_999], [86_402, 1]]);
  assertEquals(end, { unixSeconds: 86_409, nanoseconds: 0 });
});

Deno.test("recording: a time before 1970 is written as its first second", () => {
  const recorder = openRecorder(0);
  const { times } = read((take) => {
    recorder.sentTo(DATAGRAM, at(-5_250_000_000));
    recorder.finish(take);
  });
  assertEquals(times, [[0, 750_000_000]]);
});

Deno.test("recording: nothing is handed over where nothing is ready", () => {
  const recorder = openRecorder(0);
  const { times, pieces } = read((take) => {
    recorder.flush(0, take);
    recorder.flush(1, take);
    recorder.beginBatch();
    recorder.sent(DATAGRAM, at(5), 1, true);
    recorder.flush(6, take);
    recorder.stamped(1, "driver", at(7));
    recorder.flush(8, take);
  });
  assertEquals([times, pieces], [[[0, 7]], 2]);
});
