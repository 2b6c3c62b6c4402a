/** Watches the path of a sweep: links, addresses and routes as the kernel announces them, and the gateway. */

import type { PathFinding, PathGuard } from "../../src/scan/path_keeper.ts";
import { RTM_DELNEIGH, RTM_NEWNEIGH } from "../linux/netlink_constants.ts";
import { ETH_P_ALL } from "../linux/packet_constants.ts";
import { IFF_RUNNING, IFF_UP } from "../posix/constants.ts";
import { errnoNumber, SystemError } from "../posix/errno.ts";
import { GatewayWatch, isPermanent, replaceGateway } from "./gateway_watch.ts";
import { KernelNews } from "../linux/kernel_news.ts";
import { readLink, readNeighbour } from "../linux/netlink.ts";
import type { NetlinkAnswer } from "../linux/netlink_message.ts";
import { PacketSocket } from "./packet_socket.ts";
import type { ReplySocket } from "./reply_socket.ts";
import type { ReplyWitness } from "./reply_witness.ts";
import { chooseScanPath, type ScanPath, type ScanPathQuery } from "./path.ts";
import { addressText } from "../posix/socket_address.ts";
import type { SystemClock } from "../posix/system_clock.ts";
import type { FilterInstruction } from "../linux/packet_filter.ts";

/** A path and the sockets that use it. */
export interface PathWatchOptions {
  /** What the path was chosen by. */
  readonly query: ScanPathQuery;
  /** The path at the start. */
  readonly path: ScanPath;
  /** Addresses that probes are sent from whatever the path is; undefined for that of the path. */
  readonly sources?: readonly number[] | undefined;
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
  /** A filter of the answers to probes from these addresses. */
  readonly filterFor: (sources: readonly number[]) => FilterInstruction[];
}

/** Time between two looks at the gateway's answers. */
const LOOK_NS = 20e6;
/** After a look at all routes, the next one waits this many times as long as that took. */
const RENEW_SPACING = 10;
/** The kernel refuses a probe with these because of the link, whatever its destination. */
const LINK_ERRORS: ReadonlySet<number> = new Set(
  ["ENETDOWN", "ENODEV", "ENXIO"].map((code) => errnoNumber(code)),
);
/** Addresses that were ours in the course of a run, and whose replies still count. */
const MAX_SOURCES = 16;

/** Asks the kernel for the way to a scan's hosts again whenever it says that something changed. */
export class PathWatch implements PathGuard {
  readonly #options: PathWatchOptions;
  /** Undefined where the kernel announces nothing to this program. */
  readonly #news: KernelNews | undefined;
  #path: ScanPath;
  readonly #gateway: GatewayWatch;
  #sources: readonly number[];
  #hasNews = false;
  /** The link refused a probe: it was down then, however it is found. */
  #wasDown = false;
  #nextRenewNs = -Infinity;
  #nextLookNs = -Infinity;

  private constructor(
    options: PathWatchOptions,
    news: KernelNews | undefined,
    gateway: GatewayWatch,
  ) {
    this.#options = options;
    this.#news = news;
    this.#gateway = gateway;
    this.#path = options.path;
    this.#sources = options.sources ?? [options.path.source];
  }

  /**
   * Starts to watch, and asks the gateway. One that does not answer is used as the kernel has it.
   *
   * @throws {SystemError} when the kernel refuses a socket
   */
  static async open(options: PathWatchOptions): Promise<PathWatch> {
    const { path } = options;
    const isBlind = path.kind === "raw-socket" && path.obstacle !== undefined;
    const news = isBlind ? undefined : KernelNews.open();
    let gateway: GatewayWatch | undefined;
    try {
      gateway = GatewayWatch.open(options.clock, path);
      const watch = new PathWatch(options, news, gateway);
      const rival = await gateway.askFirst();
      if (rival !== undefined && path.kind === "packet-socket") {
        watch.#move(replaceGateway(path, rival));
      }
      return watch;
    } catch (error) {
      news?.close();
      gateway?.close();
      throw error;
    }
  }

  /** The last moment (monotonic nanoseconds) at which the gateway was there; Infinity for one that never answers. */
  get confirmedNs(): number {
    return this.#gateway.confirmedNs;
  }

  /** Whether something happened that may concern the path. Never waits; costs a system call. */
  hasNews(nowNs: number): boolean {
    if (this.#news?.read((message) => this.#concerns(message, nowNs))) this.#hasNews = true;
    if (nowNs >= this.#nextLookNs) {
      this.#nextLookNs = nowNs + LOOK_NS;
      if (this.#gateway.look(nowNs)) this.#hasNews = true;
    }
    return this.#hasNews && nowNs >= this.#nextRenewNs;
  }

  /** Whether the kernel may have refused a probe because of the path rather than the destination. */
  doubts(errno: number): boolean {
    const nowNs = this.#options.clock.now().monotonicNs;
    if (LINK_ERRORS.has(errno)) this.#hasNews = this.#wasDown = true;
    this.hasNews(nowNs);
    if (!this.#hasNews) return false;
    this.#nextRenewNs = -Infinity;
    return true;
  }

  /** A reply came back by way of the gateway: it is there. */
  heard(nowNs: number): void {
    this.#gateway.confirm(nowNs);
  }

  /** Asks the gateway, unless it was asked less than 200 ms ago. */
  ask(nowNs: number): void {
    this.#gateway.ask(nowNs);
  }

  /** Finds the path again, and puts the sockets on it. No thread may be sending. */
  async renew(): Promise<PathFinding> {
    const { query, clock } = this.#options;
    const startNs = clock.now().monotonicNs;
    this.#hasNews = false;
    try {
      const found = await chooseScanPath(query);
      const trouble = this.#findTrouble(found);
      if (trouble !== undefined) return { kind: "lost", message: trouble };
      const next = this.#withOwnGateway(found);
      const wasDown = this.#wasDown;
      this.#wasDown = false;
      if (next.trail === this.#path.trail) return { kind: wasDown ? "moved" : "same" };
      const isOwnNew = !this.#hasOwnHardwareOf(next);
      this.#move(next);
      if (isOwnNew) await this.#gateway.introduce();
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
    this.#news?.close();
    this.#gateway.close();
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
    if (neighbour.address !== path.gateway || this.#gateway.isInUse(neighbour.hardwareAddress)) {
      return false;
    }
    if (!this.#gateway.hasAnswered || neighbour.isPermanent) return true;
    this.#gateway.suspect(neighbour.hardwareAddress, nowNs);
    return false;
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
      this.#gateway.ask(nowNs);
      if (this.#gateway.look(nowNs)) this.#hasNews = true;
      if (this.#gateway.isSilent && !this.#gateway.hasRival) {
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
    if (found.interfaceIndex !== path.interfaceIndex || isPermanent(found)) return found;
    const rival = this.#gateway.rivalAt(this.#options.clock.now().monotonicNs);
    if (rival !== undefined) return replaceGateway(found, rival);
    const isConfirmed = this.#gateway.hasAnswered;
    return isConfirmed ? replaceGateway(found, path.linkHeader.subarray(0, 6)) : found;
  }

  #hasOwnHardwareOf(next: ScanPath): boolean {
    const path = this.#path;
    if (path.kind !== "packet-socket" || next.kind !== "packet-socket") return true;
    return next.linkHeader.subarray(6, 12).every((octet, i) => octet === path.linkHeader[6 + i]);
  }

  #move(next: ScanPath): void {
    const { transmitters, sources, replies, witness, frameFor, filterFor } = this.#options;
    if (next.kind === "packet-socket") {
      const frame = frameFor(next);
      for (const transmitter of transmitters) {
        if (transmitter instanceof PacketSocket) transmitter.redirect(next.interfaceIndex, frame);
      }
      if (sources === undefined && !this.#sources.includes(next.source)) {
        this.#sources = [next.source, ...this.#sources].slice(0, MAX_SOURCES);
        replies.setFilter(filterFor(this.#sources));
      }
      const { interfaceIndex } = next;
      witness?.redirect({ protocol: ETH_P_ALL, interfaceIndex, destinations: this.#sources });
    }
    this.#path = next;
    this.#gateway.follow(next);
  }
}
