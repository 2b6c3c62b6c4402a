/** Spoils a whole, right reply in one named way. */

import {
  headerLength,
  IP_OPTIONS,
  MAX_HEADER_BYTES,
  sealHeader,
  sealMessage,
  spoilMessage,
} from "./octets.ts";
import { setFragment } from "./packet_edit.ts";
import type { Random } from "./random.ts";
import type { CorruptionKind } from "./scenario.ts";

const DEFAULT_ADDED_BYTES = 8;
const FRAGMENT_BYTES = 8;
const NO_OPERATION = 1;

/**
 * The datagrams that leave in place of `reply`: one, or two for a fragmented one. `wantedBytes`
 * is the ICMP length to keep (truncate) or the bytes to add; random or 8 when undefined.
 */
export function corrupt(
  kind: CorruptionKind,
  reply: Uint8Array,
  random: Random,
  wantedBytes: number | undefined,
): Uint8Array[] {
  const start = headerLength(reply);
  const addedBytes = wantedBytes ?? DEFAULT_ADDED_BYTES;
  const keptBytes = Math.min(
    wantedBytes ?? random.below(reply.length - start),
    reply.length - start,
  );
  switch (kind) {
    case "flip-bit":
      return [flipBit(reply, 0, random)];
    case "flip-icmp-bit":
      return [flipBit(reply, start, random)];
    case "truncate":
    case "truncate-checksummed": {
      const cut = reply.slice(0, start + keptBytes);
      sealHeader(cut, cut.length);
      if (kind === "truncate-checksummed" && keptBytes >= 4) sealMessage(cut, start, cut.length);
      return [cut];
    }
    case "truncate-lying":
      return [reply.slice(0, start + keptBytes)];
    case "extend":
    case "extend-checksummed": {
      const extended = extend(reply, addedBytes, random);
      sealHeader(extended, extended.length);
      if (kind === "extend-checksummed") sealMessage(extended, start, extended.length);
      return [extended];
    }
    case "pad":
      return [extend(reply, addedBytes, random)];
    case "ip-options":
      return [addOptions(reply, addedBytes)];
    case "fragment":
      return fragment(reply);
    case "fragment-first-only":
      return fragment(reply).slice(0, 1);
    case "bad-checksum": {
      const spoiled = reply.slice();
      spoilMessage(spoiled, start);
      return [spoiled];
    }
  }
}

function flipBit(reply: Uint8Array, from: number, random: Random): Uint8Array {
  const flipped = reply.slice();
  const bit = random.below((reply.length - from) * 8);
  const at = from + (bit >>> 3);
  flipped[at] = (flipped[at] as number) ^ (1 << (bit & 7));
  return flipped;
}

function extend(reply: Uint8Array, addedBytes: number, random: Random): Uint8Array {
  const extended = new Uint8Array(reply.length + addedBytes);
  extended.set(reply);
  for (let i = reply.length; i < extended.length; i++) extended[i] = random.below(256);
  return extended;
}

function addOptions(reply: Uint8Array, wantedBytes: number): Uint8Array {
  const start = headerLength(reply);
  const optionBytes = Math.min(MAX_HEADER_BYTES - start, Math.ceil(wantedBytes / 4) * 4);
  const grown = new Uint8Array(reply.length + optionBytes);
  grown.set(reply.subarray(0, start));
  grown.fill(NO_OPERATION, start, start + optionBytes);
  grown.set(reply.subarray(start), start + optionBytes);
  grown[0] = 0x40 | ((start + optionBytes) / 4);
  sealHeader(grown, grown.length);
  return grown;
}

function fragment(reply: Uint8Array): Uint8Array[] {
  const start = headerLength(reply);
  const cut = start + FRAGMENT_BYTES;
  if (reply.length <= cut) return [reply];
  const first = reply.slice(0, cut);
  setFragment(first, 0, true);
  sealHeader(first, first.length);
  const second = new Uint8Array(IP_OPTIONS + reply.length - cut);
  second.set(reply.subarray(0, IP_OPTIONS));
  second.set(reply.subarray(cut), IP_OPTIONS);
  second[0] = 0x45;
  setFragment(second, FRAGMENT_BYTES, false);
  sealHeader(second, second.length);
  return [first, second];
}
