/** What one probe and one reply of a sweep cost before the kernel comes in. `deno task bench`. */

import { AddressSpace } from "../src/scan/address_space.ts";
import { RecentDuplicateFilter } from "../src/scan/duplicate_filter.ts";
import { halfSipHash } from "../src/packet/half_sip_hash.ts";
import { Permutation } from "../src/scan/permutation.ts";
import { createPlainSlots, emitProbeTemplate, ProbeWriter } from "../src/scan/probe_writer.ts";
import { ProofChecker } from "../src/scan/proof.ts";
import { ReplyReader } from "../src/scan/reply_reader.ts";
import { ScanOrder } from "../src/scan/scan_order.ts";
import { CyclicGroup } from "./cyclic_group.ts";

const ROUNDS = 1000;
let sink = 0;

for (const [name, size] of [["2^24", 2 ** 24], ["10^8", 1e8], ["2^32", 2 ** 32]] as const) {
  const permutation = new Permutation(size, 42);
  const cyclic = new CyclicGroup(size, 42);
  let position = 0;
  Deno.bench({ name: `1000 of ${name} by Feistel network`, group: name, baseline: true }, () => {
    for (let round = 0; round < ROUNDS; round++) sink ^= permutation.at(position++);
    if (position + ROUNDS > size) position = 0;
  });
  Deno.bench({ name: `1000 of ${name} by cyclic group`, group: name }, () => {
    for (let round = 0; round < ROUNDS; round++) sink ^= cyclic.next();
  });
}

Deno.bench("1000 keyed hashes", () => {
  for (let round = 0; round < ROUNDS; round++) sink ^= halfSipHash(1, 2, round, sink);
});

const key = { k0: 1, k1: 2 };
const slots = createPlainSlots(256, emitProbeTemplate({ source: 0x0a000001, ttl: 64, tos: 0 }));
const writer = new ProbeWriter(slots, 0, key);
const space = new AddressSpace([{ first: 0x0b000000, last: 0x0bffffff }]);
const order = new ScanOrder({ space, seed: 1 });
let next = 0;
Deno.bench("1000 probes written", () => {
  for (let round = 0; round < ROUNDS; round++) {
    writer.write(round & 255, order.addressAt(next + round), 43_200_000);
  }
  next = (next + ROUNDS) % (order.length - ROUNDS);
});

writer.write(0, 0x0b000001, 43_200_000);
const reply = writer.datagram(0);
reply[20] = 14;
const reader = new ReplyReader();
const proofs = new ProofChecker(key);
const duplicates = new RecentDuplicateFilter(1);
Deno.bench("1000 replies read and proven", () => {
  for (let round = 0; round < ROUNDS; round++) {
    reader.read(reply, 0, reply.length);
    if (proofs.isProven(reader.source, reader.originateMs, reader.proof)) sink++;
    if (duplicates.markSeen(round, 43_200_000)) sink++;
  }
});
