/** Sockets, clocks, names and privileges by way of the C library. Nothing is opened before it is used. */

export { lookUpAddress, type Resolution, resolveName } from "./address_info.ts";
export {
  isFileCapabilityIgnored,
  type NetworkCapabilities,
  readNetworkCapabilities,
} from "./capabilities.ts";
export { type ClockDiscipline, readClockDiscipline } from "./clock_discipline.ts";
export type { RawOutgoing, RawReceived, RawSendResult, RawTransmitStamp } from "./datagram.ts";
export { errnoCode, SystemError } from "./errno.ts";
export { openNamed, withCallersRights } from "./file_rights.ts";
export { readHostName } from "./host_name.ts";
export {
  findInterfaceIndex,
  type InterfaceAddress,
  listInterfaceAddresses,
  readStampSupport,
  type StampSupport,
} from "./interfaces.ts";
export { dropPrivilege, giveUpPrivileges, type Identity } from "./privilege.ts";
export { OutputDescriptor } from "./output_descriptor.ts";
export { RawSocket, type RawSocketOptions, slotBytesFor } from "./raw_socket.ts";
export { findRoute, isBroadcast, type RouteAnswer, type RouteQuery } from "./route_source.ts";
export { isHangupIgnored, requireSignalDescriptors } from "./signal_action.ts";
export type { StampAttribution } from "./stamp_attribution.ts";
export { SystemClock, type SystemInstant } from "./system_clock.ts";
