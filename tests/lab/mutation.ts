/** Random changes to a reply, most of them repaired just enough that a kernel still delivers it. */

import { IP_OPTIONS, sealMessage } from "./octets.ts";
import { makeDeliverable } from "./packet_edit.ts";
import type { Random } from "./random.ts";
import type { Mutation } from "./scenario.ts";

const DEFAULT_CHANGES = 4;
const DEFAULT_DELIVERABLE_RATIO = 0.95;
const DEFAULT_CHECKSUMMED_RATIO = 0.5;
const MAX_CHANGE_BYTES = 8;
const MAX_DATAGRAM_BYTES = 1500;
/** Values at the edges of fields are likelier to hurt than random ones. */
const EDGE_VALUES: readonly number[] = [0, 1, 0x7f, 0x80, 0xff];

/** A mutated form of a right reply to `destination`. */
export function mutate(
  reply: Uint8Array,
  destination: number,
  random: Random,
  mutation: Mutation,
): Uint8Array {
  let bytes: Uint8Array = reply.slice();
  const changes = 1 + random.below(mutation.changes ?? DEFAULT_CHANGES);
  for (let i = 0; i < changes; i++) bytes = change(bytes, random);
  if (!random.chance(mutation.deliverableRatio ?? DEFAULT_DELIVERABLE_RATIO)) return bytes;
  const deliverable = makeDeliverable(bytes, destination);
  const start = ((deliverable[0] as number) & 15) * 4;
  if (
    random.chance(mutation.checksummedRatio ?? DEFAULT_CHECKSUMMED_RATIO) &&
    deliverable.length >= start + 4
  ) {
    sealMessage(deliverable, start, deliverable.length);
  }
  return deliverable;
}

function change(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return new Uint8Array([random.below(256)]);
  // Half of the changes hit the ICMP message, which is what the tool reads most closely.
  const from = random.chance(0.5) ? Math.min(IP_OPTIONS, bytes.length - 1) : 0;
  const at = from + random.below(bytes.length - from);
  const length = 1 + random.below(MAX_CHANGE_BYTES);
  switch (random.below(7)) {
    case 0:
      bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
      return bytes;
    case 1:
      bytes[at] = random.below(256);
      return bytes;
    case 2:
      bytes[at] = EDGE_VALUES[random.below(EDGE_VALUES.length)] as number;
      return bytes;
    case 3:
      return bytes.slice(0, at);
    case 4:
      return splice(bytes, at, Math.min(length, bytes.length - at), new Uint8Array(0));
    case 5: {
      if (bytes.length + length > MAX_DATAGRAM_BYTES) return bytes;
      return splice(bytes, at, 0, Uint8Array.from({ length }, () => random.below(256)));
    }
    default:
      bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length));
      return bytes;
  }
}

function splice(
  bytes: Uint8Array,
  at: number,
  removedBytes: number,
  inserted: Uint8Array,
): Uint8Array {
  const result = new Uint8Array(bytes.length - removedBytes + inserted.length);
  result.set(bytes.subarray(0, at));
  result.set(inserted, at);
  result.set(bytes.subarray(at + removedBytes), at + inserted.length);
  return result;
}
