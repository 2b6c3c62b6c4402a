/** Whole datagrams for property tests and fuzzing: valid, nearly valid, and noise. */

import { type DatagramFields, emitDatagram } from "../../src/packet/datagram.ts";
import type { IcmpFields } from "../../src/packet/icmp_message.ts";
import { emitIpTimestampOption } from "../../src/packet/ip_timestamp_option.ts";
import type { IpTimestampFlag } from "../../src/packet/ip_timestamp_option.ts";
import type { Ipv4Fields } from "../../src/packet/ipv4_header.ts";
import { NO_OCTETS } from "../../src/packet/octets.ts";
import type { Random } from "../lab/random.ts";

const ERROR_TYPES = [3, 4, 5, 11, 12] as const;
const OTHER_TYPES = [1, 9, 10, 15, 17, 18, 30, 40, 42, 255] as const;

/** The fields of a datagram that a parser must accept, checksums right. */
export function randomDatagramFields(random: Random): DatagramFields {
  return { header: randomHeader(random), message: randomMessage(random) };
}

/** The octets of {@linkcode randomDatagramFields}. */
export function randomValidDatagram(random: Random): Uint8Array {
  return emitDatagram(randomDatagramFields(random));
}

function randomHeader(random: Random): Ipv4Fields {
  return {
    source: random.edgy(32),
    destination: random.edgy(32),
    tos: random.edgy(8),
    identification: random.edgy(16),
    reservedFlag: random.chance(0.1),
    dontFragment: random.chance(0.5),
    ttl: random.edgy(8),
    options: random.chance(0.25) ? randomOptions(random) : NO_OCTETS,
  };
}

function randomOptions(random: Random): Uint8Array {
  if (random.chance(0.3)) return random.octets(4 * random.between(1, 10));
  const flag = random.pick<IpTimestampFlag>([0, 1, 3]);
  const count = random.below(flag === 0 ? 10 : 5);
  const entries = Array.from({ length: count }, () => ({
    address: random.edgy(32),
    stampMs: random.edgy(32),
  }));
  const pointer = 5 + random.between(0, count) * (flag === 0 ? 4 : 8);
  return emitIpTimestampOption({ flag, entries, pointer, overflow: random.edgy(4) });
}

function randomMessage(random: Random): IcmpFields {
  const code = random.chance(0.3) ? random.edgy(8) : 0;
  const identity = { code, identifier: random.edgy(16), sequence: random.edgy(16) };
  switch (random.below(8)) {
    case 0:
      return { kind: "echo-request", ...identity, payload: randomTail(random, 80) };
    case 1:
      return { kind: "echo-reply", ...identity, payload: randomTail(random, 80) };
    case 2:
      return { kind: "other", type: random.pick(OTHER_TYPES), code, body: randomTail(random, 40) };
    case 3:
    case 4:
      return randomError(random);
    default:
      return {
        kind: random.pick(["timestamp-request", "timestamp-reply", "timestamp-reply"]),
        ...identity,
        originateMs: random.edgy(32),
        receiveMs: random.edgy(32),
        transmitMs: random.edgy(32),
        trailing: random.chance(0.2) ? randomTail(random, 40) : NO_OCTETS,
      };
  }
}

function randomTail(random: Random, mostBytes: number): Uint8Array {
  return random.octets(random.between(0, mostBytes));
}

function randomError(random: Random): IcmpFields {
  const shared = { kind: "error", type: random.pick(ERROR_TYPES), code: random.below(17) } as const;
  const whole = emitDatagram({
    header: randomHeader(random),
    message: {
      kind: "timestamp-request",
      identifier: random.edgy(16),
      sequence: random.edgy(16),
      originateMs: random.edgy(32),
    },
  });
  if (random.chance(0.8)) {
    const body = whole.subarray(
      0,
      random.pick([whole.length, whole.length, 28, whole.length - 12]),
    );
    return { ...shared, restOfHeader: random.chance(0.5) ? 0 : random.edgy(32), body };
  }
  const body = random.octets(random.between(128, 160));
  body.set(whole);
  return { ...shared, restOfHeader: 32 << 16, body };
}

/** Damages a datagram: a few flips, lies about lengths, cuts, growth or a repeated part. */
export function mutate(random: Random, original: Uint8Array): Uint8Array {
  let bytes: Uint8Array = original.slice();
  for (let round = random.between(1, 4); round > 0; round--) bytes = mutateOnce(random, bytes);
  if (random.chance(0.5)) makePlausible(bytes);
  return bytes;
}

/** Gives octets a start that parsers accept, so that they get to what lies behind it. */
function makePlausible(bytes: Uint8Array): void {
  if (bytes.length < 20) return;
  const headerWords = Math.max(5, (bytes[0] ?? 0) & 0x0f);
  bytes[0] = 0x40 | Math.min(headerWords, bytes.length >>> 2);
  bytes.set([bytes.length >>> 8, bytes.length & 0xff], 2);
  bytes.set([0, 0], 6);
  bytes[9] = 1;
}

/** Offsets whose octets say how the others are read: IHL, total length, flags, protocol, type. */
const FRAMING_OFFSETS = [0, 2, 3, 6, 7, 9, 20, 21, 25, 28, 30, 31, 37] as const;

function mutateOnce(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return random.octets(random.between(0, 60));
  const at = random.below(bytes.length);
  switch (random.below(8)) {
    case 0:
      return bytes.slice(0, at);
    case 1: {
      const longer = random.octets(bytes.length + random.between(1, 40));
      longer.set(bytes);
      return longer;
    }
    case 2: {
      const count = random.between(1, Math.min(8, bytes.length - at));
      bytes.copyWithin(random.below(bytes.length), at, at + count);
      return bytes;
    }
    case 3:
    case 4: {
      const offset = random.pick(FRAMING_OFFSETS);
      if (offset < bytes.length) bytes[offset] = random.edgy(8);
      return bytes;
    }
    case 5:
      bytes[at] = random.edgy(8);
      return bytes;
    default:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
  }
}

/** A datagram of any sort: half of them nearly valid, the rest valid or noise. */
export function randomDatagram(random: Random): Uint8Array {
  const sort = random.below(8);
  if (sort < 4) return mutate(random, randomValidDatagram(random));
  if (sort < 6) return randomValidDatagram(random);
  const noise = random.octets(random.between(0, 120));
  if (sort === 6) makePlausible(noise);
  return noise;
}
