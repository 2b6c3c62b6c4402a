/**
 * Keeps an eye on the path of a sweep: links, addresses and routes as the kernel announces them, and the gateway's hardware
 * address, which it is asked for once a second. Linux only.
 */

import type { PathFinding, PathGuard } from "../../src/scan/path_keeper.ts";
import { RTM_DELNEIGH, RTM_NEWNEIGH } from "../linux/netlink_constants.ts";
import { ETH_P_ALL } from "../linux/packet_constants.ts";
import { IFF_RUNNING, IFF_UP } from "../posix/constants.ts";
import { errnoNumber, SystemError } from "../posix/errno.ts";
import { GatewayProbe } from "./gateway_probe.ts";
import { KernelNews } from "../linux/kernel_news.ts";
import { listNeighbours, readLink, readNeighbour } from "../linux/netlink.ts";
import type { NetlinkAnswer } from "../linux/netlink_message.ts";
import { PacketSocket } from "./packet_socket.ts";
import type { ReplySocket } from "./reply_socket.ts";
import type { ReplyWitness } from "./reply_witness.ts";
import { chooseScanPath, frameTrail, type ScanPath, type ScanPathQuery } from "./path.ts";
import { addressText } from "../posix/socket_address.ts";
import type { SystemClock } from "../posix/system_clock.ts";
import { wireReplyFilter } from "./wire_filter.ts";

/** A path and the sockets that use it. */
export interface PathWatchOptions {
  /** What the path was chosen by. */
  readonly query: ScanPathQuery;
  /** The path at the start. */
  readonly path: ScanPath;
  /** Frames or datagrams leave here. */
  readonly transmitters: readonly object[];
  /** Answers arrive here. */
  readonly replies: ReplySocket;
  /** Answers are counted here. */
  readonly witness: ReplyWitness | undefined;
  /** The clock of all times. */
  readonly clock: SystemClock;
  /** A frame as it starts out, for a path. */
  readonly frameFor: (path: ScanPath) => Uint8Array;
}

/** What is on the gateway's side is looked at so often, and asked for. */
const LOOK_NS = 20e6, QUESTION_NS = 1e9, LEAST_QUESTION_NS = 200e6;
/** Another hardware address counts when the one in use keeps silent for so long after a question. */
const RIVAL_NS = 500e6;
/** A gateway that has answered before and leaves so many questions unanswered is not there. */
const MOST_UNANSWERED = 10;
/** After a look at all routes the next one waits for so many times as long as that took. */
const RENEW_SPACING = 10;
/** The kernel refuses a probe so because of the link, whatever its destination. */
const LINK_ERRORS: ReadonlySet<number> = new Set(
  ["ENETDOWN", "ENODEV", "ENXIO"].map((code) => errnoNumber(code)),
);
/** At the start the gateway is asked so often, so far apart. */
const FIRST_QUESTIONS = 3, FIRST_QUESTION_MS = 300, FIRST_LOOK_MS = 10;
/** Questions from a new hardware address of ours before probes leave from it: more than a second of them. */
const INTRODUCTIONS = 6;
/** Addresses that were ours in the course of a run, and whose answers still count. */
const MOST_SOURCES = 16;

/** Watches one path. */
export class PathWatch implements PathGuard {
  readonly #options: PathWatchOptions;
  readonly #news: KernelNews;
  #path: ScanPath;
  #probe: GatewayProbe | undefined;
  #sources: number[];
  #hasNews = false;
  #nextRenewNs = -Infinity;
  #nextLookNs = -Infinity;
  #askedNs = -Infinity;
  #unanswered = 0;
  /** When the gateway was last known to be there. */
  #confirmedNs: number;
  #hasAnswered = false;
  #rival: { readonly address: Uint8Array<ArrayBuffer>; readonly sinceNs: number } | undefined;

  private constructor(options: PathWatchOptions, news: KernelNews) {
    this.#options = options;
    this.#news = news;
    this.#path = options.path;
    this.#sources = [options.path.source];
    this.#confirmedNs = options.clock.now().monotonicNs;
  }

  /**
   * Starts to watch, and asks the gateway: an old entry of the kernel may name a router that is gone. One that does not answer is
   * believed to be what the kernel has it for.
   *
   * @throws {SystemError} when the kernel refuses a socket
   */
  static async open(options: PathWatchOptions): Promise<PathWatch> {
    const watch = new PathWatch(options, KernelNews.open());
    try {
      watch.#openProbe();
      await watch.#askFirst();
      return watch;
    } catch (error) {
      watch.close();
      throw error;
    }
  }

  /** The last moment (monotonic nanoseconds) at which the gateway was there; Infinity for one that never answers questions. */
  get confirmedNs(): number {
    return this.#hasAnswered ? this.#confirmedNs : Infinity;
  }

  /** Whether something happened that may concern the path. Never waits; costs a system call. */
  hasNews(nowNs: number): boolean {
    if (this.#news.read((message) => this.#concerns(message, nowNs))) this.#hasNews = true;
    if (nowNs >= this.#nextLookNs) {
      this.#nextLookNs = nowNs + LOOK_NS;
      this.#look(nowNs);
    }
    return this.#hasNews && nowNs >= this.#nextRenewNs;
  }

  /** Whether the kernel may have refused a probe because of the path rather than of its destination. */
  doubts(errno: number): boolean {
    const nowNs = this.#options.clock.now().monotonicNs;
    if (LINK_ERRORS.has(errno)) this.#hasNews = true;
    this.hasNews(nowNs);
    if (!this.#hasNews) return false;
    this.#nextRenewNs = -Infinity;
    return true;
  }

  /** An answer came back by way of the gateway: it is there. */
  heard(nowNs: number): void {
    this.#confirmedNs = Math.max(this.#confirmedNs, nowNs);
    this.#unanswered = 0;
  }

  /** Asks the gateway, unless it was asked just now. */
  ask(nowNs: number): void {
    if (this.#probe === undefined || nowNs - this.#askedNs < LEAST_QUESTION_NS) return;
    this.#askedNs = nowNs;
    this.#unanswered++;
    this.#probe.ask();
  }

  /** Finds the path anew, and puts the sockets on it. No thread may be sending. */
  async renew(): Promise<PathFinding> {
    const { query, clock } = this.#options;
    const startNs = clock.now().monotonicNs;
    this.#hasNews = false;
    try {
      const found = await chooseScanPath(query);
      const trouble = this.#findTrouble(found);
      if (trouble !== undefined) return { kind: "lost", message: trouble };
      const next = this.#withOwnGateway(found);
      if (next.trail === this.#path.trail) return { kind: "same" };
      const isOwnNew = !this.#hasOwnHardwareOf(next);
      this.#move(next);
      if (isOwnNew) await this.#introduce();
      return { kind: "moved" };
    } catch (error) {
      if (error instanceof SystemError) {
        return { kind: "lost", message: error.message.replace(/^Cannot/, "cannot") };
      }
      throw error;
    } finally {
      const nowNs = clock.now().monotonicNs;
      this.#nextRenewNs = nowNs + RENEW_SPACING * (nowNs - startNs);
    }
  }

  /** Closes the sockets of the watch; those of the sweep are left alone. */
  close(): void {
    this.#news.close();
    this.#probe?.close();
  }

  /** {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Neighbours come and go by the thousand where a sweep asks hosts on the link. Of these only the gateway matters. */
  #concerns({ type, view }: NetlinkAnswer, nowNs: number): boolean {
    if (type === RTM_DELNEIGH) return false;
    if (type !== RTM_NEWNEIGH) return true;
    const path = this.#path;
    if (path.kind !== "packet-socket" || path.gateway === undefined) return false;
    const neighbour = readNeighbour(view);
    if (neighbour?.hardwareAddress === undefined) return false;
    if (neighbour.interfaceIndex !== path.interfaceIndex) return false;
    if (neighbour.address !== path.gateway || this.#isInUse(neighbour.hardwareAddress)) {
      return false;
    }
    if (!this.#hasAnswered || neighbour.isPermanent) return true;
    this.#suspect(neighbour.hardwareAddress, nowNs);
    return false;
  }

  #isInUse(address: Uint8Array): boolean {
    const path = this.#path;
    return path.kind === "packet-socket" &&
      address.every((octet, i) => octet === path.linkHeader[i]);
  }

  #suspect(address: Uint8Array<ArrayBuffer>, nowNs: number): void {
    if (this.#rival !== undefined) return;
    this.#rival = { address, sinceNs: nowNs };
    this.#askedNs = -Infinity;
    this.ask(nowNs);
  }

  /** Reads what the gateway says, and asks again. */
  #look(nowNs: number): void {
    if (this.#probe === undefined) return;
    for (let said = this.#probe.read(); said !== undefined; said = this.#probe.read()) {
      if (!this.#isInUse(said)) {
        this.#suspect(said, nowNs);
        continue;
      }
      // Whoever else answers, two routers or a proxy: the one in use is there.
      this.#rival = undefined;
      this.#hasAnswered = true;
      this.heard(nowNs);
    }
    if (this.#rival !== undefined && nowNs - this.#rival.sinceNs >= RIVAL_NS) this.#hasNews = true;
    if (this.#isSilent) this.#hasNews = true;
    if (nowNs - this.#askedNs >= QUESTION_NS) this.ask(nowNs);
  }

  get #isSilent(): boolean {
    return this.#hasAnswered && this.#unanswered > MOST_UNANSWERED;
  }

  async #askFirst(): Promise<void> {
    const { clock } = this.#options;
    const looks = FIRST_QUESTION_MS / FIRST_LOOK_MS;
    for (let look = 0; this.#probe !== undefined && look < FIRST_QUESTIONS * looks; look++) {
      const nowNs = clock.now().monotonicNs;
      if (look % looks === 0) this.ask(nowNs);
      this.#look(nowNs);
      if (this.#hasAnswered) return;
      if (this.#rival !== undefined && nowNs - this.#rival.sinceNs >= RIVAL_NS / 2) break;
      await new Promise((resolve) => setTimeout(resolve, FIRST_LOOK_MS));
    }
    this.#unanswered = 0;
    const rival = this.#rival;
    if (rival === undefined || this.#path.kind !== "packet-socket") return;
    this.#move(replaceGateway(this.#path, rival.address));
  }

  /** What keeps a path from being used although there is one. */
  #findTrouble(found: ScanPath): string | undefined {
    if (found.kind !== this.#path.kind) return `probes would leave by a ${found.kind} now`;
    const links = found.interfaces.map((index) => readLink(index));
    const isUp = links.some(({ flags }) => (flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) !== 0);
    const [first] = links;
    if (first !== undefined && !isUp) return `the link of ${first.name} is down`;
    if (found.kind === "packet-socket" && found.gateway !== undefined) {
      const nowNs = this.#options.clock.now().monotonicNs;
      this.ask(nowNs);
      this.#look(nowNs);
      if (this.#isSilent && this.#rival === undefined) {
        return `gateway ${addressText(found.gateway)} does not answer`;
      }
    }
    return undefined;
  }

  /** The kernel learns later than we do, and from us: what the gateway says itself counts, unless it was set by hand. */
  #withOwnGateway(found: ScanPath): ScanPath {
    const path = this.#path;
    if (found.kind !== "packet-socket" || path.kind !== "packet-socket") return found;
    if (found.gateway === undefined || found.gateway !== path.gateway) return found;
    if (found.interfaceIndex !== path.interfaceIndex || this.#isPermanent(found)) return found;
    const rival = this.#rival;
    const nowNs = this.#options.clock.now().monotonicNs;
    if (rival !== undefined && nowNs - rival.sinceNs >= RIVAL_NS) {
      return replaceGateway(found, rival.address);
    }
    return this.#hasAnswered ? replaceGateway(found, path.linkHeader.subarray(0, 6)) : found;
  }

  #hasOwnHardwareOf(next: ScanPath): boolean {
    const path = this.#path;
    if (path.kind !== "packet-socket" || next.kind !== "packet-socket") return true;
    return next.linkHeader.subarray(6, 12).every((octet, i) => octet === path.linkHeader[6 + i]);
  }

  /** A gateway takes another hardware address of ours for true once its entry has had its time (arp(7), locktime). */
  async #introduce(): Promise<void> {
    for (let question = 0; question < INTRODUCTIONS; question++) {
      this.#probe?.ask();
      await new Promise((resolve) => setTimeout(resolve, FIRST_QUESTION_MS));
    }
  }

  #isPermanent(path: ScanPath & { kind: "packet-socket" }): boolean {
    return listNeighbours().some((each) =>
      each.isPermanent && each.address === path.gateway &&
      each.interfaceIndex === path.interfaceIndex
    );
  }

  #move(next: ScanPath): void {
    const { transmitters, replies, witness, frameFor } = this.#options;
    if (next.kind === "packet-socket") {
      const frame = frameFor(next);
      for (const transmitter of transmitters) {
        if (transmitter instanceof PacketSocket) transmitter.redirect(next.interfaceIndex, frame);
      }
      if (!this.#sources.includes(next.source)) {
        this.#sources = [next.source, ...this.#sources].slice(0, MOST_SOURCES);
        replies.setFilter(wireReplyFilter(this.#sources));
      }
      witness?.redirect({
        protocol: ETH_P_ALL,
        interfaceIndex: next.interfaceIndex,
        destinations: this.#sources,
      });
    }
    const isSameGateway = next.kind === "packet-socket" && this.#path.kind === "packet-socket" &&
      next.gateway === this.#path.gateway;
    this.#hasAnswered &&= isSameGateway;
    this.#path = next;
    this.#rival = undefined;
    this.#unanswered = 0;
    this.#askedNs = -Infinity;
    this.#openProbe();
  }

  /** Not for a hardware address that a person has set: there is nobody to ask who knows better. */
  #openProbe(): void {
    const path = this.#path;
    if (path.kind !== "packet-socket" || path.gateway === undefined || this.#isPermanent(path)) {
      this.#probe?.close();
      this.#probe = undefined;
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

function replaceGateway(
  path: ScanPath & { kind: "packet-socket" },
  address: Uint8Array,
): ScanPath & { kind: "packet-socket" } {
  const linkHeader = path.linkHeader.slice();
  linkHeader.set(address);
  const { interfaceIndex, source, gateway } = path;
  return { ...path, linkHeader, trail: frameTrail(interfaceIndex, source, gateway, linkHeader) };
}
