/**
 * Follows the gateway that the frames of a sweep go to: asks it for its hardware address once a second (ARP), and notices
 * when it stops answering or answers from another address.
 */

import { listNeighbours } from "../linux/netlink.ts";
import type { SystemClock } from "../posix/system_clock.ts";
import { GatewayProbe } from "./gateway_probe.ts";
import { frameTrail, type ScanPath } from "./path.ts";

/** A path of Ethernet frames. */
export type FramePath = ScanPath & { readonly kind: "packet-socket" };

/** Time between two requests, and the least that there may be. */
const REQUEST_NS = 1e9, MIN_REQUEST_NS = 200e6;
/** Another hardware address counts when the one in use stays silent for this long after a request. */
const RIVAL_NS = 500e6;
/** A gateway that has answered before and leaves this many requests unanswered is not there. */
const MAX_UNANSWERED = 10;
/** At the start: requests, the time between them, and the time between two looks at the socket. */
const FIRST_REQUESTS = 3, FIRST_REQUEST_MS = 300, FIRST_LOOK_MS = 10;
/** Requests from a new hardware address of ours before probes leave from it: more than a second of them. */
const INTRODUCTIONS = 6;

/** Watches the gateway of one path. */
export class GatewayWatch {
  readonly #clock: SystemClock;
  #path: ScanPath;
  #probe: GatewayProbe | undefined;
  #askedNs = -Infinity;
  #unanswered = 0;
  /** When the gateway was last known to be there. */
  #confirmedNs: number;
  #hasAnswered = false;
  #rival: { readonly address: Uint8Array<ArrayBuffer>; readonly sinceNs: number } | undefined;

  private constructor(clock: SystemClock, path: ScanPath) {
    this.#clock = clock;
    this.#path = path;
    this.#confirmedNs = clock.now().monotonicNs;
  }

  /**
   * Opens the socket for the requests, where the path has a gateway.
   *
   * @throws {SystemError} EPERM without CAP_NET_RAW; ENODEV when the interface is gone
   */
  static open(clock: SystemClock, path: ScanPath): GatewayWatch {
    const watch = new GatewayWatch(clock, path);
    watch.#openProbe();
    return watch;
  }

  /** The last moment (monotonic nanoseconds) at which the gateway was there; Infinity for one that never answers. */
  get confirmedNs(): number {
    return this.#hasAnswered ? this.#confirmedNs : Infinity;
  }

  /** The gateway has answered a request from the hardware address in use. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** It has answered before, and does not any more. */
  get isSilent(): boolean {
    return this.#hasAnswered && this.#unanswered > MAX_UNANSWERED;
  }

  /** Another hardware address has claimed to be the gateway. */
  get hasRival(): boolean {
    return this.#rival !== undefined;
  }

  /** The hardware address that took the gateway's place: claimed, and the one in use silent since. */
  rivalAt(nowNs: number): Uint8Array<ArrayBuffer> | undefined {
    const rival = this.#rival;
    return rival !== undefined && nowNs - rival.sinceNs >= RIVAL_NS ? rival.address : undefined;
  }

  /** Whether frames go to this hardware address, six bytes. */
  isInUse(address: Uint8Array): boolean {
    const path = this.#path;
    return path.kind === "packet-socket" &&
      address.every((octet, i) => octet === path.linkHeader[i]);
  }

  /** Follows another path from now on. What is known of the gateway stays where it is the same one. */
  follow(next: ScanPath): void {
    const path = this.#path;
    this.#hasAnswered &&= next.kind === "packet-socket" && path.kind === "packet-socket" &&
      next.gateway === path.gateway;
    this.#path = next;
    this.#rival = undefined;
    this.#unanswered = 0;
    this.#askedNs = -Infinity;
    this.#openProbe();
  }

  /** A reply came back by way of the gateway: it is there. */
  confirm(nowNs: number): void {
    this.#confirmedNs = Math.max(this.#confirmedNs, nowNs);
    this.#unanswered = 0;
  }

  /** Sends a request, unless one was sent less than 200 ms ago. */
  ask(nowNs: number): void {
    if (this.#probe === undefined || nowNs - this.#askedNs < MIN_REQUEST_NS) return;
    this.#askedNs = nowNs;
    this.#unanswered++;
    this.#probe.ask();
  }

  /** Another hardware address claims to be the gateway: the one in use is asked at once. */
  suspect(address: Uint8Array<ArrayBuffer>, nowNs: number): void {
    if (this.#rival !== undefined) return;
    this.#rival = { address, sinceNs: nowNs };
    this.#askedNs = -Infinity;
    this.ask(nowNs);
  }

  /**
   * Reads the answers that have arrived, and sends a request when one is due.
   *
   * @returns whether the path must be looked up again: the gateway is silent, or has another address
   */
  look(nowNs: number): boolean {
    if (this.#probe === undefined) return false;
    for (let address = this.#probe.read(); address !== undefined; address = this.#probe.read()) {
      if (!this.isInUse(address)) {
        this.suspect(address, nowNs);
        continue;
      }
      // Two routers, or a proxy, may answer: the one in use is there.
      this.#rival = undefined;
      this.#hasAnswered = true;
      this.confirm(nowNs);
    }
    const isDoubtful = this.rivalAt(nowNs) !== undefined || this.isSilent;
    if (nowNs - this.#askedNs >= REQUEST_NS) this.ask(nowNs);
    return isDoubtful;
  }

  /**
   * Asks until the gateway answers, for 0.9 s at most: an old entry of the kernel may name a router that is gone.
   *
   * @returns the hardware address that answered in place of the one in use; undefined where the latter stands
   */
  async askFirst(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const looks = FIRST_REQUEST_MS / FIRST_LOOK_MS;
    for (let look = 0; this.#probe !== undefined && look < FIRST_REQUESTS * looks; look++) {
      const { monotonicNs: nowNs } = this.#clock.now();
      if (look % looks === 0) this.ask(nowNs);
      this.look(nowNs);
      if (this.#hasAnswered) return undefined;
      if (this.#rival !== undefined && nowNs - this.#rival.sinceNs >= RIVAL_NS / 2) break;
      await new Promise((resolve) => setTimeout(resolve, FIRST_LOOK_MS));
    }
    this.#unanswered = 0;
    return this.#rival?.address;
  }

  /** Makes our new hardware address known: a gateway takes it once its entry has had its time (arp(7), locktime). */
  async introduce(): Promise<void> {
    for (let request = 0; request < INTRODUCTIONS; request++) {
      this.#probe?.ask();
      await new Promise((resolve) => setTimeout(resolve, FIRST_REQUEST_MS));
    }
  }

  /** Closes the socket; further calls do nothing. */
  close(): void {
    this.#probe?.close();
    this.#probe = undefined;
  }

  /** No requests about a hardware address that was set by hand: nothing knows better. */
  #openProbe(): void {
    const path = this.#path;
    if (path.kind !== "packet-socket" || path.gateway === undefined || isPermanent(path)) {
      this.close();
      return;
    }
    const options = {
      interfaceIndex: path.interfaceIndex,
      ownHardware: path.linkHeader.subarray(6, 12),
      source: path.source,
      gateway: path.gateway,
    };
    if (this.#probe === undefined) this.#probe = GatewayProbe.open(options);
    else this.#probe.redirect(options);
  }
}

/** Whether the gateway's hardware address was set by hand (NUD_PERMANENT). */
export function isPermanent(path: FramePath): boolean {
  return listNeighbours().some((each) =>
    each.isPermanent && each.address === path.gateway &&
    each.interfaceIndex === path.interfaceIndex
  );
}

/** A path with another hardware address of its gateway. */
export function replaceGateway(path: FramePath, address: Uint8Array): FramePath {
  const linkHeader = path.linkHeader.slice();
  linkHeader.set(address);
  const { interfaceIndex, source, gateway } = path;
  return { ...path, linkHeader, trail: frameTrail(interfaceIndex, source, gateway, linkHeader) };
}
