/** Constants that only macOS has, under their C names. tests/system/darwin_headers_test.ts compares them with its headers. */

// <netinet/in.h>
/** Interface to which the socket is bound, by index. */
export const IP_BOUND_IF = 25;

// <sys/socket.h>
/** Each datagram comes with the time of its receipt. */
export const SO_TIMESTAMP = 0x400;
/** Type of the control message with that time, a `struct timeval`. */
export const SCM_TIMESTAMP = 2;
