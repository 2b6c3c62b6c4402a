/** The laws that packets obey, each a function that throws when it is broken. */

import { assert, assertEquals } from "@std/assert";
import { annotateDatagram } from "../../src/packet/annotate.ts";
import { formatAnnotated } from "../../src/packet/annotated_table.ts";
import { type Datagram, emitDatagram, parseDatagram } from "../../src/packet/datagram.ts";
import { readMplsLabels } from "../../src/packet/icmp_extension.ts";
import { parseIcmpMessage } from "../../src/packet/icmp_message.ts";
import { parseIpTimestampOption } from "../../src/packet/ip_timestamp_option.ts";
import { formatDatagram } from "../../src/packet/one_line.ts";
import { mutate, randomDatagram, randomDatagramFields } from "../support/datagram_generator.ts";
import { Random } from "../lab/random.ts";

/** A law and how to try it with one seed. */
export interface Law {
  /** Its name, by which regressions.json refers to it. */
  readonly name: string;
  /** Throws when the law does not hold for what this seed generates. */
  readonly check: (seed: number) => void;
}

/** All laws. */
export const LAWS: readonly Law[] = [
  { name: "parsing never throws and is exact about its refusals", check: neverThrows },
  { name: "a parsed datagram emits the octets it came from", check: emitsItsOctets },
  { name: "emitted fields parse to themselves", check: parsesToItsFields },
  { name: "octets past the end do not matter", check: ignoresWhatFollows },
  { name: "a flipped bit is refused or changes one field", check: flipChangesOneField },
  { name: "printers never throw and name every octet", check: printersCover },
  {
    name: "reading labels from any ICMP error never throws, and no label is out of range",
    check: labelsAreInRange,
  },
];

function neverThrows(seed: number): void {
  const bytes = randomDatagram(new Random(seed));
  const before = bytes.slice();
  const parsed = parseDatagram(bytes);
  assertEquals(bytes, before, "the parser wrote into its input");
  if (parsed.ok) return;
  const { reason, needed, available, offset } = parsed.malformed;
  assert(reason.length > 0 && Number.isInteger(needed) && Number.isInteger(available));
  assert(offset >= 0 && offset <= bytes.length, `offset ${offset} of ${bytes.length}`);
  assert(available <= bytes.length, `${available} available of ${bytes.length}`);
}

/** Time Exceeded with a body of random octets, half of which are given the start of an extension. */
function labelsAreInRange(seed: number): void {
  const random = new Random(seed);
  const bytes = Uint8Array.from(
    { length: 8 + random.below(221) },
    () => random.below(256),
  );
  bytes[0] = 11;
  if (bytes.length > 144 && random.below(2) === 0) {
    bytes[5] = 32;
    bytes.set([0x20, 0, 0, 0, 0, random.below(61), 1, 1], 136);
  }
  const parsed = parseIcmpMessage(bytes);
  assert(parsed.ok && parsed.value.kind === "error");
  for (const { label, trafficClass, ttl } of readMplsLabels(parsed.value)) {
    assert(label >= 0 && label < 1 << 20 && trafficClass < 8 && ttl < 256);
  }
}

function emitsItsOctets(seed: number): void {
  const bytes = randomDatagram(new Random(seed));
  const parsed = parseDatagram(bytes);
  if (!parsed.ok) return;
  const emitted = emitDatagram(parsed.value);
  assertEquals(emitted, bytes.slice(0, parsed.value.header.totalLengthBytes));
}

function parsesToItsFields(seed: number): void {
  const fields = randomDatagramFields(new Random(seed));
  const parsed = parseDatagram(emitDatagram(fields));
  assert(parsed.ok, JSON.stringify(parsed));
  const { header, message } = parsed.value;
  assert(header.checksumOk && message.checksumOk, "an emitted checksum is wrong");
  requireFields(fields.header, header);
  requireFields(fields.message, message);
}

function requireFields(wanted: object, got: object): void {
  const all = new Map(Object.entries(got));
  for (const [name, value] of Object.entries(wanted)) assertEquals(all.get(name), value, name);
}

/** A parser that reads past its input gives different answers when different octets are there. */
function ignoresWhatFollows(seed: number): void {
  const bytes = randomDatagram(new Random(seed));
  const parsed = [0x00, 0x5a, 0xff].map((canary) => {
    const buffer = new Uint8Array(bytes.length + 256).fill(canary);
    buffer.set(bytes, 128);
    return parseDatagram(buffer.subarray(128, 128 + bytes.length));
  });
  assertEquals(parsed[0], parsed[1]);
  assertEquals(parsed[1], parsed[2]);
}

/** Fields that decide how the other octets are read: header length, total length, ICMP type. */
const FRAMING = /^(header\.(headerLengthBytes|totalLengthBytes)|message\.type)$/;
/** Fields that a parser works out from others. */
const DERIVED = /checksumOk|expectedChecksum|\.name$|\.kind$/;

function flipChangesOneField(seed: number): void {
  const random = new Random(seed);
  const original = emitDatagram(randomDatagramFields(random));
  const bit = random.below(original.length * 8);
  const flipped = original.slice();
  flipped[bit >>> 3] = (flipped[bit >>> 3] ?? 0) ^ (0x80 >>> (bit & 7));
  const before = parseDatagram(original);
  const after = parseDatagram(flipped);
  assert(before.ok);
  if (!after.ok) return;
  const changed = changedFields(before.value, after.value);
  if (changed.some((name) => FRAMING.test(name))) return;
  assertEquals(changed.length, 1, `bit ${bit} changed ${changed.join(", ")}`);
  const { header, message } = after.value;
  assert(!header.checksumOk || !message.checksumOk, `bit ${bit} passed both checksums`);
}

function changedFields(before: Datagram, after: Datagram): string[] {
  const first = rawFields(before);
  const second = rawFields(after);
  return [...new Set([...first.keys(), ...second.keys()])].filter((name) =>
    first.get(name) !== second.get(name)
  );
}

/** What the octets say, without what is worked out from them or reads them a second time. */
function rawFields(datagram: Datagram): Map<string, string> {
  const raw = new Map<string, string>();
  for (const [part, fields] of Object.entries(datagram)) {
    for (const [name, value] of Object.entries(fields)) {
      const secondReading = part === "message" &&
        ["quote", "extension", "pointer", "gateway", "nextHopMtuBytes"].includes(name);
      const path = `${part}.${name}`;
      if (!secondReading && !DERIVED.test(path)) raw.set(path, String(value));
    }
  }
  return raw;
}

function printersCover(seed: number): void {
  const random = new Random(seed);
  const bytes = mutate(random, randomDatagram(random));
  const fields = annotateDatagram(bytes);
  let covered = 0;
  for (const { offset, lengthBytes } of fields) {
    assert(offset <= covered, `no row names octet ${covered}`);
    covered = Math.max(covered, offset + lengthBytes);
  }
  assertEquals(covered, bytes.length);
  // deno-lint-ignore no-control-regex
  const unprintable = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;
  assert(!unprintable.test(formatAnnotated(fields)));
  const parsed = parseDatagram(bytes);
  if (parsed.ok) {
    const line = formatDatagram(parsed.value);
    assert(!unprintable.test(line) && !line.includes("\n") && !/undefined|NaN/.test(line), line);
    parseIpTimestampOption(parsed.value.header.options);
  }
}
