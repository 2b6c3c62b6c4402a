/**
 * Sizes and offsets, in bytes, of the C structures that both systems have, on a 64-bit little-endian machine.
 *
 * ```
 *  sockaddr_in   0 family (u16; macOS: length u8, family u8) · 2 port (BE) · 4 address (BE) · 8 zero[8]          = 16
 *  iovec         0 base · 8 length                                                                              = 16
 *  timespec      0 seconds (i64) · 8 nanoseconds (i64)                                                          = 16
 *  pollfd        0 descriptor (i32) · 4 events (i16) · 6 returned events (i16)                                  = 8
 *  addrinfo      0 flags · 4 family · 8 type · 12 protocol · 16 address length · 24 address · 32 name · 40 next = 48
 *                (macOS: 24 name · 32 address)
 *  ifaddrs       0 next · 8 name · 16 flags (u32) · 24 address · 32 netmask · 40 broadcast or peer · 48 data    = 56
 * ```
 *
 * No bare offset stands anywhere else in ffi/. tests/system/abi_test.ts compares this table with a C compiler's.
 */

import { platform } from "../platform.ts";

/** `struct sockaddr_in`, ip(7). On macOS byte 0 is the length and byte 1 the family. */
export const SockaddrIn = { size: 16, family: 0, port: 2, address: 4 } as const;

/** `struct sigaction`, sigaction(2): all that is looked at. */
export const Sigaction = { size: 152, handler: 0 } as const;

/** `struct iovec`, readv(2). */
export const Iovec = { size: 16, base: 0, length: 8 } as const;

/** `struct timespec`, clock_gettime(2). */
export const Timespec = { size: 16, seconds: 0, nanoseconds: 8 } as const;

/** `struct pollfd`, poll(2). */
export const Pollfd = { size: 8, descriptor: 0, events: 4, returnedEvents: 6 } as const;

/** `struct addrinfo`, getaddrinfo(3). */
export const Addrinfo = {
  size: 48,
  flags: 0,
  family: 4,
  socketType: 8,
  protocol: 12,
  addressLength: 16,
  address: platform.addrinfoAddress,
  next: 40,
} as const;

/** `struct ifaddrs`, getifaddrs(3). */
export const Ifaddrs = {
  size: 56,
  next: 0,
  name: 8,
  flags: 16,
  address: 24,
  netmask: 32,
  broadcast: 40,
} as const;
