/** MPLS labels in ICMP errors: as RFC 4950 has them, as senders from before RFC 4884 send them, and every lie about a length. */

import { assert, assertEquals } from "@std/assert";
import { formatMplsLabel, readMplsLabels } from "../../../src/packet/icmp_extension.ts";
import { internetChecksum, parseIcmpMessage } from "../../../src/packet/mod.ts";

/** A label stack object with two entries, by hand: label 24005 tc 1, label 17 bottom ttl 1. */
const STACK = [0, 12, 1, 1, 0x05, 0xdc, 0x52, 0xfe, 0x00, 0x01, 0x11, 0x01];
const LABELS = [
  { label: 24005, trafficClass: 1, isBottom: false, ttl: 254 },
  { label: 17, trafficClass: 0, isBottom: true, ttl: 1 },
];

function extension(objects: readonly number[], checksum?: number): number[] {
  const octets = [0x20, 0, 0, 0, ...objects];
  const right = internetChecksum(Uint8Array.from(octets));
  const sum = checksum ?? right;
  octets[2] = sum >>> 8;
  octets[3] = sum & 0xff;
  return octets;
}

/** Time Exceeded with a quote of 128 octets; `units` is RFC 4884's length. */
function labelsOf(after: readonly number[], units: number) {
  const quote = [0x45, ...Array(127).fill(0)];
  const bytes = Uint8Array.from([11, 0, 0, 0, 0, units, 0, 0, ...quote, ...after]);
  const parsed = parseIcmpMessage(bytes);
  assert(parsed.ok && parsed.value.kind === "error");
  return readMplsLabels(parsed.value);
}

Deno.test("icmp extension: a label stack behind a quote of which the length is given", () => {
  assertEquals(labelsOf(extension(STACK), 32), LABELS);
  assertEquals(labelsOf(extension(STACK, 0), 32), LABELS);
  assertEquals(LABELS.map(formatMplsLabel), ["label 24005 tc 1 ttl 254", "label 17 tc 0 ttl 1"]);
});

Deno.test("icmp extension: without a length behind 128 octets, where its checksum is right", () => {
  assertEquals(labelsOf(extension(STACK), 0), LABELS);
  assertEquals(labelsOf(extension(STACK, 0), 0), []);
  assertEquals(labelsOf(extension(STACK, 0x1234), 0), []);
});

Deno.test("icmp extension: objects of other classes are passed over", () => {
  const other = [0, 8, 2, 1, 9, 9, 9, 9];
  assertEquals(labelsOf(extension([...other, ...STACK, ...other]), 32), LABELS);
  assertEquals(labelsOf(extension(other), 32), []);
  // One without octets of its own, and octets behind the last one that are none.
  assertEquals(labelsOf(extension([0, 4, 2, 1, ...STACK, 0, 4, 2, 1]), 32), LABELS);
  for (const rest of [[0], [1], [0, 0], [0, 3, 1], [0, 4, 1]]) {
    assertEquals(labelsOf(extension([...STACK, ...rest]), 32), LABELS, `${rest}`);
  }
});

Deno.test("icmp extension: lengths that lie, another version, a wrong checksum: no labels, no exception", () => {
  assertEquals(labelsOf(extension([0, 0, 1, 1, ...STACK]), 32), []);
  assertEquals(labelsOf(extension([0, 3, 1, 1, ...STACK]), 32), []);
  assertEquals(labelsOf(extension([0, 13, ...STACK.slice(2)]), 32), []);
  for (const wrong of [0x1234, 0x1200, 0x0012]) {
    assertEquals(labelsOf(extension(STACK, wrong), 32), []);
  }
  assertEquals(labelsOf([0x10, 0, 0, 0, ...STACK], 32), []);
  for (let length = 0; length < 16; length++) {
    for (const units of [0, 32]) {
      assertEquals(labelsOf(extension(STACK).slice(0, length), units), [], `${length}`);
      assertEquals(labelsOf([0x20, 0, 0, 0, ...STACK].slice(0, length), units), [], `${length}`);
    }
  }
  // A stack that would go on for ever is read for 16 labels.
  const long = Array.from({ length: 100 }, () => [0, 0, 0x10, 1]).flat();
  assertEquals(labelsOf(extension([1, 0x94, 1, 1, ...long]), 32).length, 16);
});
