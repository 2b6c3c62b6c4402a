/** Captures: a list of their packets, or what their requests and replies say together. */

import { annotateFrame } from "../../../packet/capture/annotate_frame.ts";
import {
  type CapturedContent,
  isIcmp,
  parseCaptured,
} from "../../../packet/capture/captured_datagram.ts";
import type { CapturedPacket } from "../../../packet/capture/captured_packet.ts";
import type { CaptureReader } from "../../../packet/capture/capture_reader.ts";
import { findIpv4, whyNoIpv4 } from "../../../packet/capture/link_type.ts";
import { formatAnnotated } from "../../../packet/mod.ts";
import type { ParseResult } from "../../../packet/malformed.ts";
import { CapturePrinter } from "../../../report/capture_printer.ts";
import { printError } from "../../outcome.ts";
import type { Decoding } from "./decoding.ts";
import { type DecodeInput, SourceError } from "./input.ts";

/** Takes the packets of one capture. */
export interface CaptureTaker {
  /** Packets so far. */
  readonly packets: number;
  /** A packet without an ICMP message, and what to call it. */
  skip(why: string): void;
  /** A packet with one; its datagram starts at `offset`. */
  take(
    packet: CapturedPacket,
    offset: number,
    content: ParseResult<CapturedContent>,
    reader: CaptureReader,
  ): void;
  /** The capture has ended; `isWhole` where it was not cut short. */
  finish(reader: CaptureReader, isWhole: boolean): void;
}

/** Decodes a capture; returns false where it is broken. */
export async function decodeCapture(
  { reader, chunks }: Extract<DecodeInput, { kind: "capture" }>,
  name: string,
  decoding: Decoding,
): Promise<boolean> {
  const { system, sink, options, isClosed } = decoding;
  const taker = options.packets
    ? new PacketLister(decoding)
    : (await import("./pairing.ts")).openPairing(name, decoding);
  let trouble: string | undefined;
  const countPackets = () => taker.packets === 1 ? "1 packet" : `${taker.packets} packets`;
  try {
    for await (const chunk of chunks) {
      takePackets(reader, chunk, taker);
      sink.flush();
      await sink.room();
      if (isClosed() || reader.broken !== undefined) break;
    }
    if (!isClosed()) reader.finish();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    trouble = `${error.message} after ${countPackets()}`;
  }
  const { broken } = reader;
  trouble ??= broken === undefined
    ? undefined
    : `${broken.reason}, at octet ${broken.offset} after ${countPackets()}`;
  taker.finish(reader, trouble === undefined);
  if (trouble === undefined) return true;
  sink.flush();
  printError(system, `Cannot read ${name} to its end: ${trouble}`);
  return false;
}

function takePackets(reader: CaptureReader, chunk: Uint8Array, taker: CaptureTaker): void {
  for (const packet of reader.read(chunk)) {
    const offset = findIpv4(packet.linkType, packet.bytes);
    if (offset < 0) taker.skip(whyNoIpv4(offset, packet.linkType));
    else if (!isIcmp(packet.bytes, offset)) taker.skip("not ICMP");
    else taker.take(packet, offset, parseCaptured(packet, offset), reader);
  }
}

/** Lists every packet. */
class PacketLister implements CaptureTaker {
  readonly #decoding: Decoding;
  readonly #printer: CapturePrinter;

  constructor(decoding: Decoding) {
    this.#decoding = decoding;
    this.#printer = new CapturePrinter(decoding.sink, decoding.json, decoding.options.fields);
  }

  get packets(): number {
    return this.#printer.frames;
  }

  skip(why: string): void {
    this.#printer.skip(why);
  }

  take(packet: CapturedPacket, offset: number, content: ParseResult<CapturedContent>): void {
    const { sink, options, json } = this.#decoding;
    this.#printer.packet({ packet, content, decodedAtUnixMs: Date.now() });
    if (!options.teach || json) return;
    const fields = annotateFrame(packet.linkType, packet.bytes, offset, "ipv4");
    sink.line(`${formatAnnotated(fields)}\n`);
  }

  finish(): void {
    if (!this.#decoding.json) this.#printer.summary();
  }
}
