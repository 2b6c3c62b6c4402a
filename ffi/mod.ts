/** Sockets, clocks, names and privileges by way of the C library. Nothing is opened before it is used. */

export { lookUpAddress, type Resolution, resolveName } from "./address_info.ts";
export type { TransmitKeyMethod } from "./batched_path.ts";
export type { RawOutgoing, RawReceived, RawSendResult, RawTransmitStamp } from "./datagram.ts";
export { SystemError } from "./errno.ts";
export { DEFAULT_ICMP_TYPES, RawSocket, type RawSocketOptions } from "./raw_socket.ts";
export { SystemClock, type SystemInstant } from "./system_clock.ts";
