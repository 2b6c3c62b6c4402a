/**
 * Asks a gateway for its hardware address (ARP, RFC 826) and reads its answers.
 *
 * Frames of a packet socket do not make the kernel look whether the gateway is still there: its entry grows stale and is believed
 * for ever. Requests of our own do, and the kernel learns from the answers as well.
 *
 * ```text
 *  0      2      4    5    6      8             14            18            24            28
 * ┌──────┬──────┬────┬────┬──────┬─────────────┬─────────────┬─────────────┬─────────────┐
 * │ link │ type │ hl │ pl │ op   │ sender hw   │ sender IPv4 │ target hw   │ target IPv4 │
 * └──────┴──────┴────┴────┴──────┴─────────────┴─────────────┴─────────────┴─────────────┘
 * ```
 */

import { SOCK_CLOEXEC } from "../linux/constants.ts";
import { AF_PACKET, ETH_P_ARP } from "../linux/packet_constants.ts";
import { MSG_DONTWAIT, SOCK_DGRAM } from "../posix/constants.ts";
import { checkResult } from "../posix/errno.ts";
import { SockaddrLl } from "../linux/layout.ts";
import { openLibc } from "../posix/libc.ts";
import { attachFilter, BPF } from "../linux/packet_filter.ts";
import { bindToLink } from "./packet_socket.ts";

const ARP = {
  link: 0,
  protocol: 2,
  linkLength: 4,
  protocolLength: 5,
  operation: 6,
  senderHardware: 8,
  sender: 14,
  target: 24,
  size: 28,
} as const;
const ETHERNET = 1, IPV4 = 0x0800, REQUEST = 1, MAC_BYTES = 6;
/** Frames are padded: more than a message is read, and passed over. */
const READ_BYTES = 128;

/** The two ends of a request. */
export interface GatewayProbeOptions {
  /** The link. */
  readonly interfaceIndex: number;
  /** Our hardware address there, six bytes. */
  readonly ownHardware: Uint8Array;
  /** Our IPv4 address, an unsigned 32-bit number. */
  readonly source: number;
  /** The gateway's, an unsigned 32-bit number. */
  readonly gateway: number;
}

/** A packet socket for ARP with one gateway. */
export class GatewayProbe {
  readonly #request = new DataView(new ArrayBuffer(ARP.size));
  readonly #requestPointer: Deno.PointerValue = Deno.UnsafePointer.of(this.#request);
  readonly #destination = new DataView(new ArrayBuffer(SockaddrLl.size));
  readonly #destinationPointer: Deno.PointerValue = Deno.UnsafePointer.of(this.#destination);
  readonly #answer = new Uint8Array(READ_BYTES);
  readonly #answerPointer: Deno.PointerValue = Deno.UnsafePointer.of(this.#answer);
  #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /**
   * Opens the socket.
   *
   * @throws {SystemError} EPERM without CAP_NET_RAW; ENODEV when there is no such interface
   */
  static open(options: GatewayProbeOptions): GatewayProbe {
    const libc = openLibc();
    const descriptor = checkResult(
      libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
      "socket",
      "open a packet socket",
    );
    const probe = new GatewayProbe(descriptor);
    try {
      probe.redirect(options);
      return probe;
    } catch (error) {
      libc.close(descriptor);
      throw error;
    }
  }

  /**
   * Sends later requests to another gateway, or on another link.
   *
   * @throws {SystemError} ENODEV when there is no such interface
   */
  redirect({ interfaceIndex, ownHardware, source, gateway }: GatewayProbeOptions): void {
    const request = this.#request, destination = this.#destination;
    request.setUint16(ARP.link, ETHERNET);
    request.setUint16(ARP.protocol, IPV4);
    request.setUint8(ARP.linkLength, MAC_BYTES);
    request.setUint8(ARP.protocolLength, 4);
    request.setUint16(ARP.operation, REQUEST);
    new Uint8Array(request.buffer).set(ownHardware, ARP.senderHardware);
    request.setUint32(ARP.sender, source);
    request.setUint32(ARP.target, gateway);
    destination.setUint16(SockaddrLl.family, AF_PACKET, true);
    destination.setUint16(SockaddrLl.protocol, ETH_P_ARP);
    destination.setInt32(SockaddrLl.interfaceIndex, interfaceIndex, true);
    destination.setUint8(SockaddrLl.addressLength, MAC_BYTES);
    new Uint8Array(destination.buffer).fill(
      0xff,
      SockaddrLl.address,
      SockaddrLl.address + MAC_BYTES,
    );
    attachFilter(this.#descriptor, [
      { code: BPF.loadHalf, k: ARP.link },
      { code: BPF.jumpEqual, k: ETHERNET, jumpFalse: 3 },
      { code: BPF.loadWord, k: ARP.sender },
      { code: BPF.jumpEqual, k: gateway, jumpFalse: 1 },
      { code: BPF.accept, k: READ_BYTES },
      { code: BPF.accept, k: 0 },
    ]);
    bindToLink(this.#descriptor, ETH_P_ARP, interfaceIndex);
  }

  /**
   * Sends one request, by broadcast. A link that is down takes none, which shows elsewhere.
   *
   * Memory: sendto reads request and address during the call only.
   */
  ask(): void {
    openLibc().sendto(
      this.#descriptor,
      this.#requestPointer,
      BigInt(ARP.size),
      MSG_DONTWAIT,
      this.#destinationPointer,
      SockaddrLl.size,
    );
  }

  /**
   * A hardware address that the gateway has said it has, in an answer or unasked; undefined when it has said nothing more.
   *
   * Memory: recvfrom writes to the buffer of this object during the call.
   */
  read(): Uint8Array<ArrayBuffer> | undefined {
    const length = openLibc().recvfrom(
      this.#descriptor,
      this.#answerPointer,
      BigInt(READ_BYTES),
      MSG_DONTWAIT,
      null,
      null,
    );
    if (length < ARP.size) return undefined;
    return this.#answer.slice(ARP.senderHardware, ARP.senderHardware + MAC_BYTES);
  }

  /** Closes the socket; further calls do nothing. */
  close(): void {
    if (this.#descriptor >= 0) openLibc().close(this.#descriptor);
    this.#descriptor = -1;
  }
}
