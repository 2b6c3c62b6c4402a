/** Sockets, clocks, names and privileges by way of the C library. Nothing is opened before it is used. */

export { lookUpAddress, resolveName } from "./posix/address_info.ts";
export {
  isFileCapabilityIgnored,
  type NetworkCapabilities,
  readNetworkCapabilities,
} from "./linux/capabilities.ts";
export { readClockDiscipline } from "./linux/clock_discipline.ts";
export { errnoCode, SystemError } from "./posix/errno.ts";
export { openNamed, withCallersRights } from "./linux/file_rights.ts";
export { readHostName } from "./posix/host_name.ts";
export {
  findInterfaceIndex,
  type InterfaceAddress,
  knownInterfaceAddresses,
  listInterfaceAddresses,
} from "./posix/interfaces.ts";
export { readStampSupport, type StampSupport } from "./linux/stamp_support.ts";
export { dropPrivilege, giveUpPrivileges, type Identity } from "./posix/privilege.ts";
export { OutputDescriptor } from "./posix/output_descriptor.ts";
export { RawSocket, type RawSocketOptions, slotBytesFor } from "./posix/raw_socket.ts";
export { findRoute, isBroadcast, type RouteQuery } from "./posix/route_source.ts";
export { isHangupIgnored, requireSignalDescriptors } from "./posix/signal_action.ts";
export type { StampAttribution } from "./linux/stamp_attribution.ts";
export { SystemClock } from "./posix/system_clock.ts";
