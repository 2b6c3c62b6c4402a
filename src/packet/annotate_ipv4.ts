/** Rows for the fields of an IPv4 header, of the packet itself or quoted by an ICMP error. */

import { formatAddress } from "./address.ts";
import { type Annotation, describeChecksum, hex } from "./annotation.ts";
import { protocolName } from "./icmp_names.ts";
import { IPV4, type Ipv4Header } from "./ipv4_header.ts";
import { type IpOption, ipOptionName, OPTION, OPTION_TYPE, parseIpOptions } from "./ip_options.ts";
import { IP_TIMESTAMP, parseIpTimestampOption } from "./ip_timestamp_option.ts";
import { formatMalformed } from "./malformed.ts";
import { describeStamp } from "./stamp.ts";

/** Adds the rows of the header that starts at `start`, options included. */
export function annotateIpv4Header(
  annotation: Annotation,
  header: Ipv4Header,
  start: number,
): void {
  const add = (at: number, lengthBytes: number, name: string, value: unknown, meaning = "") =>
    annotation.add(start + at, lengthBytes, name, String(value), meaning);
  const { headerLengthBytes, options } = header;
  const optionsText = options.length === 0 ? "no options" : `${options.length} of options`;
  add(IPV4.versionAndLength, 1, "version", 4, "high four bits");
  add(
    IPV4.versionAndLength,
    1,
    "header length",
    headerLengthBytes / 4,
    `low four bits, × 4 = ${headerLengthBytes} octets, ${optionsText}`,
  );
  add(IPV4.tos, 1, "type of service", hex(header.tos, 2), describeTos(header.tos));
  add(IPV4.totalLength, 2, "total length", header.totalLengthBytes, "octets, header included");
  add(IPV4.identification, 2, "identification", hex(header.identification, 4));
  add(IPV4.flagsAndOffset, 2, "flags", describeFlags(header), "high three bits");
  add(
    IPV4.flagsAndOffset,
    2,
    "fragment offset",
    header.fragmentOffsetBytes / 8,
    `low thirteen bits, × 8 = ${header.fragmentOffsetBytes} octets`,
  );
  add(IPV4.ttl, 1, "time to live", header.ttl, "hops left");
  add(IPV4.protocol, 1, "protocol", header.protocol, protocolName(header.protocol) ?? "");
  add(
    IPV4.checksum,
    2,
    "header checksum",
    hex(header.checksum, 4),
    describeChecksum(header.checksumOk, header.expectedChecksum),
  );
  add(IPV4.source, 4, "source", formatAddress(header.source));
  add(IPV4.destination, 4, "destination", formatAddress(header.destination));
  annotateOptions(annotation, options, start + IPV4.options);
}

const DSCP_NAMES: Readonly<Record<number, string>> = {
  0: "default",
  8: "CS1",
  10: "AF11",
  12: "AF12",
  14: "AF13",
  16: "CS2",
  18: "AF21",
  20: "AF22",
  22: "AF23",
  24: "CS3",
  26: "AF31",
  28: "AF32",
  30: "AF33",
  32: "CS4",
  34: "AF41",
  36: "AF42",
  38: "AF43",
  40: "CS5",
  44: "voice admit",
  46: "EF",
  48: "CS6",
  56: "CS7",
};
const ECN_NAMES = ["not ECN-capable", "ECT(1)", "ECT(0)", "congestion experienced"] as const;

/** Type of service as RFC 2474 and RFC 3168 read it. */
function describeTos(tos: number): string {
  const dscp = tos >>> 2;
  const name = DSCP_NAMES[dscp];
  const dscpText = name === undefined ? `DSCP ${dscp}` : `DSCP ${dscp} (${name})`;
  return `${dscpText}, ECN ${tos & 3} (${ECN_NAMES[tos & 3]})`;
}

function describeFlags(header: Ipv4Header): string {
  const flags = [];
  if (header.reservedFlag) flags.push("reserved bit");
  if (header.dontFragment) flags.push("don't fragment");
  if (header.moreFragments) flags.push("more fragments");
  return flags.length === 0 ? "none" : flags.join(", ");
}

function annotateOptions(annotation: Annotation, options: Uint8Array, start: number): void {
  const parsed = parseIpOptions(options);
  if (!parsed.ok) {
    const meaning = formatMalformed(parsed.malformed);
    annotation.addOctets(start, start + options.length, "options", meaning);
    return;
  }
  let end = 0;
  for (const option of parsed.value) {
    annotateOption(annotation, option, start);
    end = option.offset + option.bytes.length;
  }
  annotation.addOctets(start + end, start + options.length, "padding", "");
}

function annotateOption(annotation: Annotation, option: IpOption, start: number): void {
  const { type, bytes } = option;
  const at = start + option.offset;
  annotation.add(at + OPTION.type, 1, "option", String(type), ipOptionName(type));
  if (bytes.length === 1) return;
  const lengthMeaning = "octets, type and length included";
  annotation.add(at + OPTION.length, 1, "option length", String(bytes.length), lengthMeaning);
  if (type === OPTION_TYPE.timestamp && annotateTimestampOption(annotation, bytes, at)) return;
  annotation.addOctets(at + OPTION.data, at + bytes.length, "option data", "");
}

/** Returns whether the option could be read. */
function annotateTimestampOption(annotation: Annotation, bytes: Uint8Array, at: number): boolean {
  const parsed = parseIpTimestampOption(bytes);
  if (!parsed.ok || parsed.value === undefined) return false;
  const { pointer, overflow, flag, entries, writtenCount } = parsed.value;
  const flagMeanings = { 0: "stamps only", 1: "addresses and stamps", 3: "prespecified addresses" };
  const add = (offset: number, lengthBytes: number, name: string, value: unknown, meaning = "") =>
    annotation.add(at + offset, lengthBytes, name, String(value), meaning);
  const pointerMeaning = `${writtenCount} of ${entries.length} entries written`;
  add(IP_TIMESTAMP.pointer, 1, "option pointer", pointer, pointerMeaning);
  add(IP_TIMESTAMP.overflowAndFlag, 1, "overflow", overflow, "hosts that found no room");
  add(IP_TIMESTAMP.overflowAndFlag, 1, "option flag", flag, flagMeanings[flag]);
  let offset: number = IP_TIMESTAMP.entries;
  entries.forEach((entry, index) => {
    if (entry.address !== undefined) {
      add(offset, 4, "address", formatAddress(entry.address));
      offset += 4;
    }
    const meaning = index < writtenCount ? describeStamp(entry.stampMs) : "not written yet";
    add(offset, 4, "stamp", entry.stampMs, meaning);
    offset += 4;
  });
  return true;
}
