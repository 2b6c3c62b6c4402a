/** Replies that look right but come from somebody who is not the host, or belong to no request of now. */

import { parseDotted } from "./address.ts";
import { headerLength, sealHeaderChecksum, sealMessage } from "./octets.ts";
import {
  readAddresses,
  readIdentity,
  writeIdentity,
  writeOriginate,
  writeSource,
} from "./packet_edit.ts";
import type { Random } from "./random.ts";
import type { Forgery, ForgeryKind } from "./scenario.ts";

const DEFAULT_STALE_BY = 1000;

/** A forged form of a right reply, with right checksums. */
export function forge(
  kind: ForgeryKind,
  reply: Uint8Array,
  random: Random,
  forgery: Forgery,
): Uint8Array {
  const forged = reply.slice();
  const start = headerLength(forged);
  const { identifier, sequence } = readIdentity(forged, start);
  switch (kind) {
    case "other-address": {
      const { source } = readAddresses(forged);
      writeSource(forged, forgery.from === undefined ? source + 1 : parseDotted(forgery.from));
      break;
    }
    case "other-identifier":
      writeIdentity(forged, start, identifier ^ (1 + random.below(0xffff)), sequence);
      break;
    case "stale-sequence":
      writeIdentity(forged, start, identifier, sequence - (forgery.staleBy ?? DEFAULT_STALE_BY));
      break;
    case "other-originate":
      writeOriginate(forged, start, random.u32());
      break;
    case "without-key":
      writeIdentity(forged, start, random.below(65536), random.below(65536));
      writeOriginate(forged, start, random.u32());
      break;
  }
  sealMessage(forged, start, forged.length);
  sealHeaderChecksum(forged);
  return forged;
}
