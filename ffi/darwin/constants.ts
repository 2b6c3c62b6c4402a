/** Constants that only macOS has, under their C names. tests/system/darwin_headers_test.ts compares them with its headers. */

// <netinet/in.h>
/** Interface to which the socket is bound, by index. */
export const IP_BOUND_IF = 25;
