/** Constants that only macOS has, under their C names. They could not be checked with a compiler of that system. */

// <netinet/in.h>
/** Interface to which the socket is bound, by index. */
export const IP_BOUND_IF = 25;
