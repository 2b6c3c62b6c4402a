/** What a dry run prints of a scan: each datagram, and when it would leave. */

import { assertEquals } from "@std/assert";
import { AddressSpace } from "../../../src/scan/address_space.ts";
import { dryRun } from "../../../src/scan/dry_run.ts";
import { ScanOrder } from "../../../src/scan/scan_order.ts";
import { type Block, parseBlock } from "../../../src/targets/block.ts";
import { read32 } from "../../lab/octets.ts";
import { readRequest } from "../../support/simulated_datagram.ts";

const MS_PER_DAY = 86_400_000;
/** A second before midnight UT. */
const START_UNIX_MS = 20_000 * MS_PER_DAY - 1000;
const SPACE = new AddressSpace([parseBlock("10.1.0.0/29") as Block]);
const ORDER = new ScanOrder({ space: SPACE, seed: 4, probesPerTarget: 1 });

function run(changes: { startPosition?: number; skipped?: ReadonlySet<number>; rate?: number }) {
  const probes = dryRun({
    order: ORDER,
    skipped: new Set(),
    startPosition: 0,
    key: { k0: 1, k1: 2 },
    shape: { source: 0xc0000201, ttl: 77, tos: 0x10 },
    rate: 4,
    startUnixMs: START_UNIX_MS,
    ...changes,
  });
  return Array.from(probes, ({ bytes, unixMs }) => {
    // The bytes are lent until the next probe.
    const { type, destination, originateMs } = readRequest(bytes);
    assertEquals([type, bytes[8], bytes[1], read32(bytes, 12)], [13, 77, 0x10, 0xc0000201]);
    return { destination, originateMs, afterMs: unixMs - START_UNIX_MS };
  });
}

Deno.test("dry run: every address of the order, at an even pace, through midnight", () => {
  const probes = run({});
  assertEquals(
    probes.map(({ destination }) => destination),
    Array.from({ length: 8 }, (_, position) => ORDER.addressAt(position)),
  );
  assertEquals(probes.map(({ afterMs }) => afterMs), [0, 250, 500, 750, 1000, 1250, 1500, 1750]);
  assertEquals(
    probes.map(({ originateMs }) => originateMs),
    [-1000, -750, -500, -250, 0, 250, 500, 750].map((ms) => (ms + MS_PER_DAY) % MS_PER_DAY),
  );
});

Deno.test("dry run: a start position skips the probes before it and costs no time", () => {
  const probes = run({ startPosition: 6 });
  assertEquals(probes.map(({ destination }) => destination), [6, 7].map((p) => ORDER.addressAt(p)));
  assertEquals(probes.map(({ afterMs }) => afterMs), [0, 250]);
});

Deno.test("dry run: a skipped address leaves its place empty; without a rate all leave at once", () => {
  const skipped = new Set([ORDER.addressAt(1)]);
  assertEquals(run({ skipped }).map(({ afterMs }) => afterMs).slice(0, 2), [0, 500]);
  assertEquals(run({ skipped, rate: Infinity }).map(({ afterMs }) => afterMs), Array(7).fill(0));
});

Deno.test("dry run: a probe's originate is the whole millisecond in which it would leave", () => {
  const probes = run({ rate: 3, startPosition: 4 });
  assertEquals(probes.map(({ originateMs }) => originateMs - (MS_PER_DAY - 1000)), [
    ...[0, 333, 666, 1000 - MS_PER_DAY],
  ]);
});
