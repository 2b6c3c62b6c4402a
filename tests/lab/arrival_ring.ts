/**
 * What the kernel hands to the TUN device, with the moment of each packet as the kernel saw it.
 *
 * A TUN device gives no stamps, and by the time a sleeping reader has woken up and looked at the
 * clock 50 to 400 µs are gone: a delay on the way out that no scenario asked for. A packet socket's
 * ring (packet(7), TPACKET_V2) on the same device sees the same packets with kernel stamps.
 *
 *   frame: 0 status  4 length  8 captured length  12 link offset (16 bits)
 *          14 network offset (16 bits)  16 seconds  20 nanoseconds
 */

import type { Kernel } from "./kernel.ts";

const FRAME_BYTES = 2048;
const FRAMES = 16384;
const BLOCK_BYTES = 1 << 20;
const FRAME_STATUS = 0;
const FRAME_CAPTURED = 8;
const FRAME_NETWORK = 14;
const FRAME_SECONDS = 16;
const FRAME_NANOSECONDS = 20;
const STATUS_KERNEL = 0;
const STATUS_USER = 1;
/**
 * From the kernel's look at the packet to its arrival in the lab. The tap looks some µs before the
 * driver's transmit stamp, and a delay must not be negative; a reply takes as long from the lab's
 * write to the receive stamp, so that the way out and the way back are equally long.
 */
const WIRE_NS = 20_000;

/** One packet: its bytes are valid until the next call. */
export interface Arrival {
  /** The packet is the first `lengthBytes` of these. */
  bytes: Uint8Array;
  /** Length of the packet. */
  lengthBytes: number;
  /** Nanoseconds since the run's base. */
  atNs: number;
}

/** The ring of one device. */
export class ArrivalRing {
  /** Readable when a packet is there. */
  readonly descriptor: number;
  readonly #words: Int32Array;
  readonly #halves: Uint16Array;
  readonly #memory: ArrayBuffer;
  readonly #packets: Uint8Array[] = [];
  readonly #baseSeconds: number;
  readonly #arrival: Arrival = { bytes: new Uint8Array(0), lengthBytes: 0, atNs: 0 };
  #next = 0;
  #isLent = false;

  /** Opens a ring on the packets that leave through `device`. */
  constructor(kernel: Kernel, device: string, baseUnixMs: number) {
    const ring = kernel.openPacketRing(device, BLOCK_BYTES, FRAME_BYTES, FRAMES);
    this.descriptor = ring.descriptor;
    this.#words = new Int32Array(ring.memory);
    this.#halves = new Uint16Array(ring.memory);
    this.#memory = ring.memory;
    this.#baseSeconds = baseUnixMs / 1000;
  }

  /** The next packet; undefined when none is there. One object serves all calls. */
  next(): Arrival | undefined {
    if (this.#isLent) {
      Atomics.store(this.#words, this.#next * FRAME_BYTES / 4 + FRAME_STATUS / 4, STATUS_KERNEL);
      this.#next = (this.#next + 1) % FRAMES;
      this.#isLent = false;
    }
    const start = this.#next * FRAME_BYTES;
    const status = Atomics.load(this.#words, start / 4 + FRAME_STATUS / 4);
    if ((status & STATUS_USER) === 0) return undefined;
    this.#isLent = true;
    const network = this.#halves[(start + FRAME_NETWORK) / 2] as number;
    const captured = this.#words[(start + FRAME_CAPTURED) / 4] as number;
    const seconds = this.#words[(start + FRAME_SECONDS) / 4] as number;
    const nanoseconds = this.#words[(start + FRAME_NANOSECONDS) / 4] as number;
    const arrival = this.#arrival;
    // The network offset is the same for all packets of a device, so one view per frame serves.
    const known = this.#packets[this.#next];
    arrival.bytes = known?.byteOffset === start + network
      ? known
      : this.#packets[this.#next] = new Uint8Array(
        this.#memory,
        start + network,
        FRAME_BYTES - network,
      );
    arrival.lengthBytes = captured;
    arrival.atNs = (seconds - this.#baseSeconds) * 1e9 + nanoseconds + WIRE_NS;
    return arrival;
  }
}
