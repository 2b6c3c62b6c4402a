/** The packets of a capture, a line each, and what was counted of them. */

import { type CapturedPacket } from "../packet/capture/captured_packet.ts";
import { formatAddress } from "../packet/address.ts";
import { icmpTypeName } from "../packet/icmp_names.ts";
import type { Ipv4Header } from "../packet/ipv4_header.ts";
import type { QuotedIcmp } from "../packet/quoted_datagram.ts";
import { formatMalformed } from "../packet/malformed.ts";
import { formatDatagram, formatMessage } from "../packet/one_line.ts";
import { PACKET_FIELDS, type PacketEvent } from "../record/packet_record.ts";
import { jsonFormatter } from "../record/field.ts";
import { selectFields } from "../record/select_fields.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import { safeText } from "../terminal/safe_text.ts";
import { CaptureCounter, formatCaptureCounts } from "./capture_counts.ts";

/** Writes packets to a sink, and counts them. */
export class CapturePrinter {
  readonly #sink: LineSink;
  readonly #formatJson: ((event: PacketEvent) => string) | undefined;
  readonly #counter = new CaptureCounter();

  /** Writes lines of text, or JSON Lines with these fields, by default all. */
  constructor(sink: LineSink, json: boolean, fields?: readonly string[]) {
    this.#sink = sink;
    const selected = selectFields(PACKET_FIELDS, fields);
    this.#formatJson = json ? jsonFormatter("packet", selected) : undefined;
  }

  /** Packets that were read. */
  get frames(): number {
    return this.#counter.packets;
  }

  /** Writes and counts a packet. */
  packet(event: PacketEvent): void {
    const { packet, content } = event;
    this.#counter.add(kindOf(content));
    this.#sink.line(this.#formatJson?.(event) ?? formatLine(packet, event));
  }

  /** Counts a packet that is not written, such as `not ICMP`. */
  skip(why: string): void {
    this.#counter.add(why);
  }

  /** Writes what was counted, in a line. */
  summary(): void {
    const { packets, counts } = this.#counter;
    this.#sink.line(formatCaptureCounts(packets, counts));
  }
}

/** What to count a packet as. */
export function kindOf(content: PacketEvent["content"]): string {
  if (!content.ok) return "malformed";
  const { message, fragment } = content.value;
  return fragment === "later" ? "fragment" : message?.kind ?? "cut short";
}

/** What a packet says, in a line. */
export function formatContent(content: PacketEvent["content"]): string {
  if (!content.ok) return `malformed: ${formatMalformed(content.malformed)}`;
  const { header, message, start, isCut, fragment } = content.value;
  if (fragment === "later" && header !== undefined) return formatFragment(header);
  if (message === undefined) return formatStart(header, start);
  if (header === undefined) return `ICMP ${formatMessage(message)}`;
  const cut = fragment === "first" ? " (the first fragment)" : isCut ? " (cut by the capture)" : "";
  return `${
    formatDatagram({ header, message: isCut ? { ...message, checksumOk: true } : message })
  }${cut}`;
}

/** A fragment that does not begin its datagram. */
function formatFragment(header: Ipv4Header): string {
  const ends = `${formatAddress(header.source)} > ${formatAddress(header.destination)}`;
  return `IP ${ends}: ICMP, a fragment from octet ${header.fragmentOffsetBytes} on`;
}

/** A packet of which the capture kept less than a message. */
function formatStart(header: Ipv4Header | undefined, start: QuotedIcmp | undefined): string {
  if (header === undefined) return "IP, cut by the capture within its header";
  const ends = `${formatAddress(header.source)} > ${formatAddress(header.destination)}`;
  if (start === undefined) return `IP ${ends}: ICMP, cut by the capture within its first octets`;
  const { type, identifier, sequence } = start;
  return `IP ${ends}: ICMP ${
    icmpTypeName(type)
  } id ${identifier} seq ${sequence} (cut by the capture)`;
}

function formatLine(packet: CapturedPacket, { content }: PacketEvent): string {
  const what = formatContent(content);
  const comment = packet.comment === undefined ? "" : `  # ${safeText(packet.comment)}`;
  return `${packet.frame}  ${formatTime(packet)}${what}${comment}`;
}

/** The time of day with nanoseconds, UTC, as tcpdump --nano has it. */
function formatTime({ unixSeconds, nanoseconds }: CapturedPacket): string {
  if (Number.isNaN(unixSeconds)) return "";
  const clock = new Date(unixSeconds % 86_400 * 1000).toISOString().slice(11, 19);
  return `${clock}.${String(nanoseconds).padStart(9, "0")}  `;
}
