/** Opens what a sweep needs: the path that fits its targets, the sockets for replies, and the clock. */

import type { OpenScan, ScanSocketRequest } from "../../src/run/machine.ts";
import { BulkRawSocket } from "./bulk_raw_socket.ts";
import { ETH_P_ALL, ETH_P_IP } from "../linux/packet_constants.ts";
import { SystemError } from "../posix/errno.ts";
import { platform } from "../platform.ts";
import { requireLinux } from "../posix/socket_option.ts";
import { knownInterfaceAddresses } from "../posix/interfaces.ts";
import { icmpReplyFilter } from "../linux/packet_filter.ts";
import { checkPacketSockets, PacketSocket } from "./packet_socket.ts";
import { PathWatch } from "./path_watch.ts";
import { ReplySocket } from "./reply_socket.ts";
import { MAX_FILTER_VALUES, ReplyWitness } from "./reply_witness.ts";
import { chooseScanPath, type ScanPath } from "./path.ts";
import { firstOwnAddress, requireOwnAddress, sourcesOf } from "./source_addresses.ts";
import { SocketTroubles } from "../posix/socket_troubles.ts";
import { SystemClock } from "../posix/system_clock.ts";
import { wireReplyFilter } from "./wire_filter.ts";

/**
 * Probes that one system call takes. From 64 on the call's own cost no longer shows (bench/scan_bench.ts); handing it to
 * another thread costs some 30 µs more, and twice the probes halve that.
 */
const TRANSMIT_BATCH = 256, THREAD_BATCH = 512;
const RECEIVE_BATCH = 256;
/**
 * Frames wait here when the device is slower than the program. It is shared out among the senders: what waits has to be
 * probed again after a kill, and must not grow with their number.
 *
 * Datagrams that the kernel routes may wait for hardware addresses, each in an entry of a table of 1024 (gc_thresh3, arp(7)) that
 * all programs of the machine share: room for some 500 leaves the others theirs.
 */
const FRAME_BUFFER_BYTES = 4 << 20, DATAGRAM_BUFFER_BYTES = 208 << 10;
/** Holds some 150,000 replies as the kernel counts them. */
const RECEIVE_BUFFER_BYTES = 64 << 20;

/**
 * Chooses the path and opens the sockets. The receive socket is open before anything can be sent.
 *
 * @throws {SystemError} EPERM without CAP_NET_RAW; ENETUNREACH and the like without a route; ENODEV for an unknown interface
 */
export async function openScanSockets(options: ScanSocketRequest): Promise<OpenScan> {
  requireLinux(platform.hasSocketFilters, "scan on this system");
  const clock = SystemClock.open();
  const troubles = new SocketTroubles(options.onTrouble);
  const { path, query } = await findPath(options, troubles);
  const sources = sourcesOf(options);
  const replies = openReplies(path, options, clock.baseUnixMs, troubles);
  const witness = openWitness(path, options);
  const transmitters: (PacketSocket | BulkRawSocket)[] = [];
  const close = () => {
    for (const transmitter of transmitters) transmitter.close();
    replies.close();
    witness?.close();
    watch?.close();
  };
  let watch: PathWatch | undefined;
  try {
    while (transmitters.length < options.senders) {
      transmitters.push(openTransmitter(path, options, troubles));
    }
    const frameFor = (path: ScanPath) => writeFrame(path, options);
    const filterFor = (sources: readonly number[]) => wireReplyFilter(sources, options.message);
    watch = await PathWatch.open({
      ...{ query, path, sources, transmitters, replies, witness, clock, frameFor, filterFor },
    });
    const dispose = { close, [Symbol.dispose]: close };
    return { transmitters, replies, witness, clock, path, watch, ...dispose };
  } catch (error) {
    close();
    throw error;
  }
}

/** The path and what it was chosen by. Where packet sockets are refused, the kernel routes. */
async function findPath(
  request: ScanSocketRequest,
  troubles: SocketTroubles,
): Promise<{ path: ScanPath; query: ScanSocketRequest }> {
  const sources = sourcesOf(request);
  if (sources === undefined) return await findPathFor(request, troubles);
  const found = await findPathFor({ ...request, source: firstOwnAddress(sources) }, troubles);
  if (found.path.kind === "raw-socket") { for (const each of sources) requireOwnAddress(each); }
  return found;
}

async function findPathFor(
  options: ScanSocketRequest,
  troubles: SocketTroubles,
): Promise<{ path: ScanPath; query: ScanSocketRequest }> {
  const path = await chooseScanPath(options);
  if (path.kind === "raw-socket") {
    if (path.obstacle !== undefined) troubles.report(path.obstacle);
    return { path, query: options };
  }
  if (troubles.attempt(checkPacketSockets)) return { path, query: options };
  const query = { ...options, rawSocket: true };
  const detour = await chooseScanPath(query);
  return { path: { ...detour, reason: "packet sockets cannot be used" }, query };
}

/** Answers are received where the probes leave. */
function openReplies(
  path: ScanPath,
  options: ScanSocketRequest,
  baseUnixMs: number,
  troubles: SocketTroubles,
): ReplySocket {
  const { message } = options;
  const isLink = path.kind === "packet-socket";
  const sources = sourcesOf(options) ?? [path.source];
  return ReplySocket.open({
    layer: isLink ? "link" : "icmp",
    filter: isLink ? wireReplyFilter(sources, message) : icmpReplyFilter(message),
    capacity: RECEIVE_BATCH,
    bufferBytes: RECEIVE_BUFFER_BYTES,
    baseUnixMs,
    troubles,
  });
}

/**
 * Looks one step nearer to the wire than the socket for replies: before the traffic control of the interface that frames leave by,
 * before the firewall where the kernel routes. A kernel older than 4.20, or one without packet sockets, has no witness.
 */
function openWitness(path: ScanPath, options: ScanSocketRequest): ReplyWitness | undefined {
  const isLink = path.kind === "packet-socket";
  const own = isLink
    ? sourcesOf(options) ?? [path.source]
    : [...new Set(knownInterfaceAddresses().map(({ address }) => address))];
  if (own.length === 0 || own.length > MAX_FILTER_VALUES) return undefined;
  try {
    return ReplyWitness.open({
      protocol: isLink ? ETH_P_ALL : ETH_P_IP,
      interfaceIndex: isLink ? path.interfaceIndex : 0,
      destinations: own,
      message: options.message,
    });
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

function openTransmitter(
  path: ScanPath,
  options: ScanSocketRequest,
  troubles: SocketTroubles,
): PacketSocket | BulkRawSocket {
  const capacity = options.senders > 1 ? THREAD_BATCH : TRANSMIT_BATCH;
  const bufferBytes = path.kind === "raw-socket" ? DATAGRAM_BUFFER_BYTES : FRAME_BUFFER_BYTES;
  const sendBufferBytes = Math.floor(bufferBytes / options.senders);
  if (path.kind === "raw-socket") {
    const { interfaceName } = path;
    return BulkRawSocket.open({
      datagram: writeFrame(path, options),
      capacity,
      sendBufferBytes,
      interfaceName,
      source: options.source,
      mark: options.mark,
      troubles,
    });
  }
  return PacketSocket.open({
    interfaceIndex: path.interfaceIndex,
    frame: writeFrame(path, options),
    linkHeaderBytes: path.linkHeader.length,
    capacity,
    sendBufferBytes,
    troubles,
  });
}

/** What every probe starts out with. */
function writeFrame(path: ScanPath, options: ScanSocketRequest): Uint8Array {
  const datagram = options.template(path.source);
  if (path.kind === "raw-socket") return datagram;
  const frame = new Uint8Array(path.linkHeader.length + datagram.length);
  frame.set(path.linkHeader);
  frame.set(datagram, path.linkHeader.length);
  return frame;
}
