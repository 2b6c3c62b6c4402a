/**
 * Probes of a sweep, patched into frames that the kernel reads in place.
 *
 * Everything but destination, identifier, sequence, originate stamp and the two checksums (and the source address, where there are
 * several) is the same in every probe, so its sums are taken once and a probe costs one keyed hash and six stores.
 */

import { foldSum, sumWords } from "../packet/checksum.ts";
import { emitEchoMessage } from "../packet/echo_message.ts";
import { ICMP } from "../packet/icmp_header.ts";
import { emitIpv4Header, IPV4, IPV4_MIN_HEADER_BYTES } from "../packet/ipv4_header.ts";
import { emitTimestampMessage, TIMESTAMP, TIMESTAMP_BYTES } from "../packet/timestamp_message.ts";
import { halfSipHash, type HashKey } from "../packet/half_sip_hash.ts";
import { sourceFor, type SourceRange } from "./source_range.ts";

/** Memory for frames. The FFI layer's FrameBatch is one. */
export interface FrameSlots {
  /** Number of frames. */
  readonly capacity: number;
  /** Memory that holds them. */
  readonly view: DataView<ArrayBuffer>;
  /** Where frame 0 starts. */
  readonly firstFrame: number;
  /** Bytes from one frame to the next. */
  readonly strideBytes: number;
  /** From a frame's start to a second place for its destination, such as a socket address; undefined for none. */
  readonly addressDelta: number | undefined;
}

/** What all probes of a scan have in common. */
export interface ProbeShape {
  /** Source address; 0 lets the kernel fill it in, where it writes the header. */
  readonly source: number;
  /** Time to live, 1 to 255. */
  readonly ttl: number;
  /** Type of service, 0 to 255. */
  readonly tos: number;
  /** Message; `timestamp` by default. */
  readonly message?: ScanMessage | undefined;
}

/** What the hosts of a scan are asked. */
export type ScanMessage = "timestamp" | "echo";

/**
 * Length of a probe: IPv4 header and timestamp request. An echo request is as long, and has the originate stamp at the
 * same place: it is the start of the payload.
 */
export const PROBE_BYTES: number = IPV4_MIN_HEADER_BYTES + TIMESTAMP_BYTES;

/**
 * A probe without destination, identifier, sequence and originate.
 *
 * Don't fragment is set, which makes identification 0 legitimate (RFC 6864 §4.1): a stateless
 * sender cannot keep identifications apart.
 */
export function emitProbeTemplate(shape: ProbeShape): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PROBE_BYTES);
  const { source, ttl, tos, message } = shape;
  emitIpv4Header({ source, destination: 0, ttl, tos, dontFragment: true }, TIMESTAMP_BYTES, bytes);
  if (message === "echo") {
    const payload = new Uint8Array(TIMESTAMP_BYTES - ICMP.rest - 4);
    const echo = { kind: "echo-request", identifier: 0, sequence: 0, payload } as const;
    emitEchoMessage(echo, bytes, IPV4_MIN_HEADER_BYTES);
    return bytes;
  }
  emitTimestampMessage(
    { kind: "timestamp-request", identifier: 0, sequence: 0, originateMs: 0 },
    bytes,
    IPV4_MIN_HEADER_BYTES,
  );
  return bytes;
}

/** Writes probes into frames whose other bytes are those of {@linkcode emitProbeTemplate} already. */
export class ProbeWriter {
  readonly #slots: FrameSlots;
  readonly #view: DataView<ArrayBuffer>;
  readonly #firstDatagram: number;
  readonly #strideBytes: number;
  readonly #firstAddress: number;
  readonly #headerSum: number;
  readonly #messageSum: number;
  readonly #k0: number;
  readonly #k1: number;
  readonly #sources: SourceRange | undefined;

  /**
   * Takes the sums of what never changes.
   *
   * @param slots frames, each holding the template from `datagramOffset` on
   * @param datagramOffset from a frame's start to its IPv4 header
   * @param key the scan's secret
   * @param sources addresses to send from; that of the template when undefined
   */
  constructor(slots: FrameSlots, datagramOffset: number, key: HashKey, sources?: SourceRange) {
    this.#slots = slots;
    this.#view = slots.view;
    this.#strideBytes = slots.strideBytes;
    this.#firstDatagram = slots.firstFrame + datagramOffset;
    this.#firstAddress = slots.addressDelta === undefined
      ? this.#firstDatagram + IPV4.destination
      : slots.firstFrame + slots.addressDelta;
    this.#k0 = key.k0;
    this.#k1 = key.k1;
    this.#sources = sources;
    const template = new Uint8Array(slots.view.buffer, this.#firstDatagram, PROBE_BYTES).slice();
    const message = IPV4_MIN_HEADER_BYTES;
    const words = new DataView(template.buffer);
    words.setUint16(IPV4.checksum, 0);
    words.setUint32(IPV4.destination, 0);
    if (sources !== undefined) words.setUint32(IPV4.source, 0);
    words.setUint16(message + ICMP.checksum, 0);
    words.setUint32(message + TIMESTAMP.identifier, 0);
    words.setUint32(message + TIMESTAMP.originate, 0);
    this.#headerSum = sumWords(template, 0, message);
    this.#messageSum = sumWords(template, message, PROBE_BYTES);
  }

  /**
   * Writes the probe for one address into one frame.
   *
   * @param slot number of the frame, 0 to capacity − 1
   * @param destination unsigned 32-bit address
   * @param originateMs originate stamp, unsigned 32 bits
   */
  write(slot: number, destination: number, originateMs: number): void {
    const view = this.#view;
    const header = this.#firstDatagram + slot * this.#strideBytes;
    const message = header + IPV4_MIN_HEADER_BYTES;
    const proof = halfSipHash(this.#k0, this.#k1, destination, originateMs);
    let headerSum = this.#headerSum + (destination >>> 16) + (destination & 0xffff);
    if (this.#sources !== undefined) {
      const source = sourceFor(this.#sources, destination);
      headerSum += (source >>> 16) + (source & 0xffff);
      view.setUint32(header + IPV4.source, source);
    }
    const messageSum = this.#messageSum + (proof >>> 16) + (proof & 0xffff) +
      (originateMs >>> 16) + (originateMs & 0xffff);
    view.setUint16(header + IPV4.checksum, ~foldSum(headerSum));
    view.setUint32(header + IPV4.destination, destination);
    view.setUint16(message + ICMP.checksum, ~foldSum(messageSum));
    // Identifier and sequence are neighbours: the proof fills both.
    view.setUint32(message + TIMESTAMP.identifier, proof);
    view.setUint32(message + TIMESTAMP.originate, originateMs);
    view.setUint32(this.#firstAddress + slot * this.#strideBytes, destination);
  }

  /** A copy of the datagram in one frame, for a dry run. */
  datagram(slot: number): Uint8Array<ArrayBuffer> {
    const start = this.#firstDatagram + slot * this.#slots.strideBytes;
    return new Uint8Array(this.#view.buffer, start, PROBE_BYTES).slice();
  }
}

/** Frames without a kernel behind them: for dry runs and tests. */
export function createPlainSlots(capacity: number, template: Uint8Array): FrameSlots {
  const strideBytes = template.length;
  const bytes = new Uint8Array(capacity * strideBytes);
  for (let slot = 0; slot < capacity; slot++) bytes.set(template, slot * strideBytes);
  const view = new DataView(bytes.buffer);
  return { capacity, view, firstFrame: 0, strideBytes, addressDelta: undefined };
}
