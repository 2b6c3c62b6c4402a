/** Several source addresses: each target has one, all have as many targets, and a reply to another one proves nothing. */

import { assert, assertEquals } from "@std/assert";
import { parseDatagram } from "../../../src/packet/mod.ts";
import {
  createPlainSlots,
  emitProbeTemplate,
  ProbeWriter,
} from "../../../src/scan/probe_writer.ts";
import { ProofChecker } from "../../../src/scan/proof.ts";
import { formatSources, sourceFor } from "../../../src/scan/source_range.ts";
import { Random } from "../../lab/random.ts";
import { answer, type SeenProbe } from "../../support/swept_network.ts";
import { prepareSweep } from "./simulated_sweep.ts";

const KEY = { k0: 7, k1: 9 };
const SOURCES = { first: 0xcb0071fe, last: 0xcb007203 };
const COUNT = 6;

Deno.test("sources: every address of the range is the source of as many targets, also of neighbours", () => {
  for (const stride of [1, 2, 256, 65_536]) {
    const counts = new Array<number>(COUNT).fill(0);
    for (let i = 0; i < 6000; i++) {
      const source = sourceFor(SOURCES, (0xc6120000 + i * stride) >>> 0);
      assert(source >= SOURCES.first && source <= SOURCES.last);
      counts[source - SOURCES.first] = (counts[source - SOURCES.first] ?? 0) + 1;
    }
    for (const count of counts) assert(count > 900 && count < 1100, `${stride}: ${counts}`);
  }
  assertEquals(sourceFor({ first: 7, last: 7 }, 0xffffffff), 7);
  assertEquals(sourceFor({ first: 0xfffffffe, last: 0xffffffff }, 3), 0xffffffff);
});

Deno.test("sources: a probe has the source of its target, and right checksums", () => {
  for (const message of ["timestamp", "echo"] as const) {
    const shape = { source: 0xfffefdfc, ttl: 64, tos: 0, message };
    const writer = new ProbeWriter(createPlainSlots(3, emitProbeTemplate(shape)), 0, KEY, SOURCES);
    const random = new Random(3);
    const seen = new Set<number>();
    for (let round = 0; round < 2000; round++) {
      const destination = random.u32();
      writer.write(round % 3, destination, random.u32() % 86_400_000);
      const parsed = parseDatagram(writer.datagram(round % 3));
      if (!parsed.ok) throw new Error(parsed.malformed.reason);
      const { header } = parsed.value;
      assertEquals([header.destination, header.source], [
        destination,
        sourceFor(SOURCES, destination),
      ]);
      assert(header.checksumOk && parsed.value.message.checksumOk);
      seen.add(header.source);
    }
    assertEquals(seen.size, COUNT);
  }
});

Deno.test("sources: only the address that a host was asked from may receive its reply", () => {
  const proofs = new ProofChecker(KEY, undefined, SOURCES);
  const own = sourceFor(SOURCES, 0xc6120007);
  for (let source = SOURCES.first - 1; source <= SOURCES.last + 1; source++) {
    assertEquals(proofs.isFor(0xc6120007, source), source === own);
  }
  assert(new ProofChecker(KEY).isFor(0xc6120007, 1));
});

Deno.test("sources: a sweep finds all hosts, and counts none whose reply comes to another of its addresses", async () => {
  const reply = (probe: SeenProbe) => ({ bytes: answer(probe), delayMs: 3 });
  const { network, listener, sweep } = prepareSweep((probe) => [reply(probe)], {
    options: { sources: SOURCES },
  });
  const result = await sweep.run();
  assertEquals([result.replies, result.unproven, listener.replies.length], [256, 0, 256]);
  const sources = new Set(network.probes.map(({ source }) => source));
  assertEquals(sources.size, COUNT);

  const strays = prepareSweep((probe) => {
    const { source } = probe;
    const other = source === SOURCES.last ? SOURCES.first : source + 1;
    return [reply({ ...probe, source: other })];
  }, { options: { sources: SOURCES } });
  const refused = await strays.sweep.run();
  assertEquals([refused.replies, refused.unproven], [0, 256]);
});

Deno.test("sources: a range is written as one address where it is one", () => {
  assertEquals(formatSources(SOURCES), "203.0.113.254-203.0.114.3");
  assertEquals(formatSources({ first: 0x0a000001, last: 0x0a000001 }), "10.0.0.1");
});
