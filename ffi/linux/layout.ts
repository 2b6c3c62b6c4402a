/**
 * Sizes and offsets, in bytes, of the C structures that only Linux has, or lays out so, on a 64-bit little-endian machine.
 *
 * ```
 *  sockaddr_ll   0 family (u16) · 2 protocol (BE) · 4 interface (i32) · 8 link type (u16) · 11 length (u8) · 12 address[8] = 20
 *  sockaddr_nl   0 family (u16) · 4 port (u32) · 8 groups (u32)                                                 = 12
 *  nlmsghdr      0 length (u32) · 4 type (u16) · 6 flags (u16) · 8 sequence (u32) · 12 port (u32)              = 16
 *  rtmsg         0 family · 1 destination bits · 2 source bits · 3 tos · 4 table · 5 protocol · 6 scope · 7 type · 8 flags = 12
 *  ndmsg         0 family · 4 interface (i32) · 8 state (u16) · 10 flags · 11 type                              = 12
 *  ifinfomsg     0 family · 2 link type (u16) · 4 interface (i32) · 8 flags (u32) · 12 change (u32)             = 16
 *  rtattr        0 length (u16) · 2 type (u16) · 4 data, next one aligned to 4
 *  msghdr        0 name · 8 name length (u32) · 16 iov · 24 iov count · 32 control · 40 control length · 48 flags = 56
 *  mmsghdr       0 msghdr · 56 length (u32)                                                                     = 64
 *  cmsghdr       0 length (u64) · 8 level (i32) · 12 type (i32) · 16 data, next one aligned to 8
 *  sock_filter   0 code (u16) · 2 jt (u8) · 3 jf (u8) · 4 k (u32)                                               = 8
 *  sock_fprog    0 length (u16) · 8 filter                                                                      = 16
 *  sock_extended_err  0 errno (u32) · 4 origin · 5 type · 6 code · 8 info (u32) · 12 data (u32)                 = 16
 *  timex         0 modes (u32) · 8 offset · 16 frequency · 24 maximum error · 32 estimated error · 40 status (i32)
 *                · 48 constant · 56 precision · 64 tolerance · 72 time · 88 tick · … · 160 tai (i32)            = 208
 *  ifreq         0 name[16] · 16 pointer to the request's own structure                                         = 40
 *  ethtool_ts_info  0 command (u32) · 4 SOF_TIMESTAMPING_* (u32) · 8 clock index (i32)                          = 44
 *  user_cap_header  0 version (u32) · 4 process (i32)                                                           = 8
 *  user_cap_data    0 effective · 4 permitted · 8 inheritable (u32 each); two of them: 0..31 and 32..63         = 12
 * ```
 *
 * tests/system/abi_test.ts compares this table with a C compiler's.
 */

/** `struct sockaddr_ll`, packet(7). */
export const SockaddrLl = {
  size: 20,
  family: 0,
  protocol: 2,
  interfaceIndex: 4,
  linkType: 8,
  addressLength: 11,
  address: 12,
} as const;

/** `struct sockaddr_nl`, netlink(7). */
export const SockaddrNl = { size: 12, family: 0, port: 4, groups: 8 } as const;

/** `struct nlmsghdr`, netlink(7). Each message starts on a multiple of 4. */
export const Nlmsghdr = { size: 16, length: 0, type: 4, flags: 6, sequence: 8, port: 12 } as const;

/** `struct rtmsg`, rtnetlink(7). */
export const Rtmsg = {
  size: 12,
  family: 0,
  destinationBits: 1,
  sourceBits: 2,
  table: 4,
  protocol: 5,
  scope: 6,
  type: 7,
} as const;

/** `struct ndmsg`, rtnetlink(7). */
export const Ndmsg = { size: 12, family: 0, interfaceIndex: 4, state: 8 } as const;

/** `struct ifinfomsg`, rtnetlink(7). */
export const Ifinfomsg = {
  size: 16,
  family: 0,
  linkType: 2,
  interfaceIndex: 4,
  flags: 8,
  change: 12,
} as const;

/** `struct ifaddrmsg`, rtnetlink(7). */
export const Ifaddrmsg = { size: 8, family: 0, prefixBits: 1, interfaceIndex: 4 } as const;

/** `struct rtattr`, rtnetlink(7). Each attribute starts on a multiple of 4; its data follows it. */
export const Rtattr = { size: 4, length: 0, type: 2 } as const;

/** `struct msghdr`, recvmsg(2). */
export const Msghdr = {
  size: 56,
  name: 0,
  nameLength: 8,
  iov: 16,
  iovCount: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
} as const;

/** `struct mmsghdr`, recvmmsg(2). */
export const Mmsghdr = { size: 64, header: 0, length: 56 } as const;

/** `struct cmsghdr`, cmsg(3). Each control message starts on a multiple of `alignment`. */
export const Cmsghdr = { size: 16, length: 0, level: 8, type: 12, data: 16, alignment: 8 } as const;

/** `struct sock_filter`, one instruction of a classic BPF program. */
export const SockFilter = { size: 8, code: 0, jumpTrue: 2, jumpFalse: 3, k: 4 } as const;

/** `struct sock_fprog`, a classic BPF program. */
export const SockFprog = { size: 16, length: 0, filter: 8 } as const;

/** `struct sock_extended_err`, ip(7), IP_RECVERR. */
export const SockExtendedErr = {
  size: 16,
  errno: 0,
  origin: 4,
  type: 5,
  code: 6,
  info: 8,
  data: 12,
} as const;

/** `struct in_pktinfo`, ip(7), IP_PKTINFO. */
export const InPktinfo = { size: 12, destination: 8 } as const;

/** `struct timex`, adjtimex(2). */
export const Timex = {
  size: 208,
  modes: 0,
  offset: 8,
  frequency: 16,
  maximumError: 24,
  estimatedError: 32,
  status: 40,
  tai: 160,
} as const;

/** `struct __user_cap_header_struct` and `struct __user_cap_data_struct`, capget(2); the call fills two of the latter. */
export const Capabilities = {
  headerSize: 8,
  version: 0,
  process: 4,
  dataSize: 12,
  effective: 0,
  permitted: 4,
  inheritable: 8,
} as const;

/** `posix_spawn_file_actions_t`, posix_spawn(3): opaque. */
export const SpawnFileActions = { size: 80 } as const;

/** `struct ifreq`, netdevice(7). */
export const Ifreq = { size: 40, name: 0, data: 16, index: 16 } as const;

/** `struct ethtool_ts_info`, linux/ethtool.h. */
export const EthtoolTsInfo = { size: 44, command: 0, flags: 4, clockIndex: 8 } as const;

/**
 * Bytes that one control message takes, padding included: CMSG_SPACE of cmsg(3).
 *
 * @param dataBytes length of the data, ≥ 0
 */
export function cmsgSpace(dataBytes: number): number {
  return Cmsghdr.size + alignUp(dataBytes, Cmsghdr.alignment);
}

/**
 * Length that a control message states in its header: CMSG_LEN of cmsg(3).
 *
 * @param dataBytes length of the data, ≥ 0
 */
export function cmsgLength(dataBytes: number): number {
  return Cmsghdr.size + dataBytes;
}

/**
 * The next multiple of `alignment`.
 *
 * @param value not negative
 * @param alignment a power of two
 */
export function alignUp(value: number, alignment: number): number {
  return (value + alignment - 1) & -alignment;
}
