/** Constants of packet sockets, link layers and socket filters (packet(7), socket(7)), under their C names. */

// <sys/socket.h>
/** Frames of a link layer, packet(7). */
export const AF_PACKET = 17;

// <linux/if_packet.h>
/** Level of the options of packet sockets. */
export const SOL_PACKET = 263;
/** Packets that passed the filter since the last look, and those of them that found no room. */
export const PACKET_STATISTICS = 6;
/** Hand frames to the driver without passing the queueing discipline. */
export const PACKET_QDISC_BYPASS = 20;
/** Do not copy what this machine sends to the socket (Linux 4.20). */
export const PACKET_IGNORE_OUTGOING = 23;
/** Type of a packet to this machine's own link-layer address. */
export const PACKET_HOST = 0;
/** The greatest type of a packet that is meant for this machine: to its address, to all, to a group. */
export const PACKET_MULTICAST = 2;

// <linux/if_ether.h>
/** Ethernet type of IPv4. */
export const ETH_P_IP = 0x0800;
/** Ethernet type of ARP. */
export const ETH_P_ARP = 0x0806;
/** Every Ethernet type, seen before the traffic control and the packet filter of an interface. */
export const ETH_P_ALL = 0x0003;

// <linux/if_arp.h>
/** Link type: Ethernet, with 6-byte addresses. */
export const ARPHRD_ETHER = 1;
/** Link type: loopback. */
export const ARPHRD_LOOPBACK = 772;

// <linux/filter.h>
/** Where a classic BPF program finds facts about a packet that are not in its octets. */
export const SKF_AD_OFF: number = -0x1000;
/** From there: Ethernet type. */
export const SKF_AD_PROTOCOL = 0;
/** From there: type of the packet, PACKET_*. */
export const SKF_AD_PKTTYPE = 4;
/** From there: index of the interface. */
export const SKF_AD_IFINDEX = 8;
/** From there: link type of the interface, ARPHRD_*. */
export const SKF_AD_HATYPE = 28;
/** From there: 1 when the hardware took a VLAN tag off. */
export const SKF_AD_VLAN_TAG_PRESENT = 48;
