/** The ports of a run on this machine: sockets, names and routes from ffi, for the command line and the library. */

import {
  findRoute,
  isBroadcast,
  knownInterfaceAddresses,
  RawSocket,
  resolveName,
  slotBytesFor,
  SystemError,
} from "../../ffi/mod.ts";
import type { Transport } from "../probe/transport.ts";
import type { EchoNeeds, RunMachine, ScanMachine, TransportOptions } from "../run/machine.ts";

/** Ports of every run; opening a raw socket needs root or CAP_NET_RAW. */
export interface SocketMachine extends
  Pick<
    RunMachine,
    | "elapsedMs"
    | "isBroadcast"
    | "findRoute"
    | "resolver"
    | "openTransport"
    | "openReplyWitness"
  > {
  /** Ports of a scan. */
  readonly scan: Pick<ScanMachine, "openScan" | "ownAddresses" | "processors" | "sendError">;
}

/** This machine: its sockets, clocks and resolver. */
export const SOCKET_MACHINE: SocketMachine = {
  elapsedMs: () => performance.now(),
  isBroadcast,
  findRoute,
  resolver: { resolve: resolveName },
  openTransport,
  openReplyWitness: async (identifiers) =>
    (await import("../../ffi/scan/reply_witness.ts")).openReplyWitness(identifiers),
  // Loaded only when a scan runs: start-up time is part of the tool.
  scan: {
    openScan: async (request) =>
      (await import("../../ffi/scan/sockets.ts")).openScanSockets(request),
    ownAddresses: () => knownInterfaceAddresses().map(({ address }) => address),
    processors: () => navigator.hardwareConcurrency,
    sendError: (errno, address) => new SystemError("sendmmsg", errno, `send to ${address}`),
  },
};

function openTransport(options: TransportOptions): Transport | Promise<Transport> {
  const { interfaceName, sourceAddress, mark, icmpTypes, kernelStamps } = options;
  try {
    return RawSocket.open({
      interfaceName,
      sourceAddress,
      mark,
      icmpTypes,
      kernelStamps,
      slotBytes: slotBytesFor(options.datagramBytes),
      onTrouble: options.onTrouble,
    });
  } catch (error) {
    if (options.echo === undefined || !RawSocket.isRefused(error)) throw error;
    return openEchoSocket(options, options.echo, error);
  }
}

/** For who may not open raw sockets. Loaded only then. */
async function openEchoSocket(
  options: TransportOptions,
  { identifier, obstacle }: EchoNeeds,
  { syscall, errno }: SystemError,
): Promise<Transport> {
  if (obstacle !== undefined) {
    throw new SystemError(syscall, errno, `use ${obstacle} without a raw socket`);
  }
  const { EchoSocket } = await import("../../ffi/linux/echo_socket.ts");
  const { interfaceName, sourceAddress, mark, kernelStamps, onTrouble } = options;
  return EchoSocket.open({
    identifier,
    interfaceName,
    sourceAddress,
    mark,
    kernelStamps,
    slotBytes: slotBytesFor(options.datagramBytes),
    onTrouble,
  });
}
