/** Options that mean the same in several commands. */

import type { OptionTable } from "./option.ts";
import { integer, text } from "./values.ts";

/** What goes into the IPv4 header, and where it leaves. */
export const PACKET_OPTIONS = {
  ttl: {
    short: "t",
    value: integer("N", 1, 255),
    help: "Time to live",
    group: "Packet",
    default: 64,
  },
  tos: {
    short: "Q",
    value: integer("N", 0, 255),
    help: "Type-of-service byte (DSCP and ECN), decimal or 0x-hexadecimal",
    group: "Packet",
    default: 0,
  },
  interface: {
    short: "I",
    value: text("NAME|ADDRESS", "interface"),
    help: "Send from that interface or source address; give both with -I twice",
    group: "Packet",
    repeatable: true,
    defaultText: "as the kernel routes",
  },
  mark: {
    short: "m",
    value: integer("N", 0, 0xffffffff),
    help: "Firewall mark of the socket",
    group: "Packet",
  },
} as const satisfies OptionTable;

/** Help and version, of every command. */
export const GENERAL_OPTIONS = {
  help: { short: "h", help: "Print this help", group: "General" },
  version: { short: "V", help: "Print the version", group: "General" },
} as const satisfies OptionTable;
