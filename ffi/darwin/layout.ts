/**
 * Sizes and offsets, in bytes, of structures that macOS lays out otherwise than Linux, on a 64-bit little-endian machine.
 *
 * ```
 *  msghdr    0 name · 8 name length (u32) · 16 iov · 24 iov count (i32) · 32 control · 40 control length (u32) · 44 flags   = 48
 *  cmsghdr   0 length (u32) · 4 level · 8 type · 12 data, in units of 4                                                     = 12
 *  timeval   0 seconds (i64) · 8 microseconds (i32)                                                                         = 16
 * ```
 *
 * tests/system/darwin_headers_test.ts compares this table with the headers.
 */

/** `struct msghdr`, recvmsg(2). */
export const DarwinMsghdr = {
  size: 48,
  name: 0,
  nameLength: 8,
  iov: 16,
  iovCount: 24,
  control: 32,
  controlLength: 40,
  flags: 44,
} as const;

/** `struct cmsghdr`, recvmsg(2). */
export const DarwinCmsghdr = { size: 12, length: 0, level: 4, type: 8, data: 12 } as const;

/** `struct timeval`, gettimeofday(2). */
export const DarwinTimeval = { size: 16, seconds: 0, microseconds: 8 } as const;
