/** Capture files of any known format, read piece by piece in constant memory. */

import {
  broken,
  type BrokenCapture,
  type CapturedPacket,
  type CapturedTime,
  type CaptureParser,
  OctetQueue,
} from "./captured_packet.ts";
import { isPcap, MAGIC_BYTES, PcapParser } from "./pcap_parser.ts";
import { isPcapng, PcapngParser } from "./pcapng_parser.ts";

/** Whether octets begin as a capture file does. */
export function isCapture(bytes: Uint8Array): boolean {
  if (bytes.length < MAGIC_BYTES) return false;
  const queue = new OctetQueue();
  queue.push(bytes);
  return isPcap(queue) || isPcapng(queue);
}

/**
 * Reads a capture file from its octets, in pieces of any size. Never throws, whatever the octets are.
 *
 * @example
 * const reader = new CaptureReader();
 * for await (const chunk of file.readable) {
 *   for (const packet of reader.read(chunk)) console.log(packet.frame);
 * }
 * reader.finish();
 * if (reader.broken !== undefined) console.log(reader.broken.reason);
 */
export class CaptureReader {
  readonly #queue = new OctetQueue();
  #parser: CaptureParser | undefined;
  #broken: BrokenCapture | undefined;

  /** Why the file cannot be read further; undefined while it can. */
  get broken(): BrokenCapture | undefined {
    return this.#broken;
  }

  /** Until when the capture went on, where the file has said so. */
  get end(): CapturedTime | undefined {
    return this.#parser?.end;
  }

  /** The remark on the latest section of the file. */
  get remark(): string | undefined {
    return this.#parser?.remark;
  }

  /** The packets that are complete with these octets. Each is valid until the next is taken. */
  *read(chunk: Uint8Array): Generator<CapturedPacket> {
    if (this.#broken !== undefined) return;
    this.#queue.push(chunk);
    const parser = this.#parser ?? this.#findParser();
    if (parser === undefined) return;
    for (;;) {
      const step = parser.next(this.#queue);
      if (step.kind === "hungry") return;
      if (step.kind === "broken") {
        this.#broken = step.broken;
        return;
      }
      yield step.packet;
    }
  }

  /** The file has ended: a packet that is not complete is an error. */
  finish(): void {
    if (this.#broken !== undefined) return;
    const { offset, length, skipping } = this.#queue;
    if (length === 0 && skipping === 0 && this.#parser !== undefined) return;
    this.#fail(
      offset,
      offset + length === 0 ? "the file is empty" : "the file ends within a packet",
    );
  }

  #findParser(): CaptureParser | undefined {
    if (this.#queue.length < MAGIC_BYTES) return undefined;
    if (isPcapng(this.#queue)) this.#parser = new PcapngParser();
    else if (isPcap(this.#queue)) this.#parser = new PcapParser();
    else this.#fail(0, "neither pcap nor pcapng");
    return this.#parser;
  }

  #fail(offset: number, reason: string): void {
    const step = broken(offset, reason);
    if (step.kind === "broken") this.#broken = step.broken;
  }
}
