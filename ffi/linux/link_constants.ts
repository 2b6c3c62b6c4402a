/** Constants of virtual devices (Linux, Documentation/networking/tuntap.rst), under their C names. */

// <linux/if_tun.h>
/** ioctl(): make the device that this descriptor reads and writes. */
export const TUNSETIFF = 0x400454ca;
/** Device of IP packets, without link-layer headers. */
export const IFF_TUN = 0x0001;
/** No four octets of packet information before each packet. */
export const IFF_NO_PI = 0x1000;
