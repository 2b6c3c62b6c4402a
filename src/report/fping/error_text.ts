/** ICMP errors in the words of fping, as measured from fping 5.1, because programs look for them. */

import { formatAddress } from "../../packet/address.ts";
import type { IcmpErrorEvent, UnsentEvent } from "../../run/event.ts";
import { safeText } from "../../terminal/safe_text.ts";

/** Destination unreachable, by code; a code beyond the list is `Invalid Code`. */
const UNREACHABLE = [
  "Network Unreachable",
  "Host Unreachable",
  "Protocol Unreachable",
  "Port Unreachable",
  "Unreachable (Fragmentation Needed)",
  "Unreachable (Source Route Failed)",
  "Unreachable (Destination Network Unknown)",
  "Unreachable (Destination Host Unknown)",
  "Unreachable (Source Host Isolated)",
  "Unreachable (Communication with Network Prohibited)",
  "Unreachable (Communication with Host Prohibited)",
  "Unreachable (Network Unreachable For Type Of Service)",
  "Unreachable (Host Unreachable For Type Of Service)",
  "Unreachable (Communication Administratively Prohibited)",
  "Unreachable (Host Precedence Violation)",
  "Unreachable (Precedence cutoff in effect)",
] as const;

const TYPES: Readonly<Record<number, string>> = { 11: "Time Exceeded", 12: "Parameter Problem" };

/** `ICMP Host Unreachable from 10.0.0.1 for ICMP Echo sent to host`. */
export function formatFpingError(
  { outcome }: IcmpErrorEvent,
  message: "timestamp" | "echo",
): string {
  const { probe, error, reporter } = outcome;
  const sent = message === "timestamp" ? "ICMP Timestamp" : "ICMP Echo";
  return `ICMP ${nameOf(error.type, error.code)} from ${formatAddress(reporter)} for ${sent} ` +
    `sent to ${safeText(probe.target.label)}`;
}

/** The system's words in an error: `Permission denied` of `Cannot send to 192.0.2.7: Permission denied (EACCES)`. */
const REASON = /: ([^:]*?)(?: \([A-Z0-9]+\))?$/;

/** `host: error while sending ping: Network is unreachable`. */
export function formatUnsent({ target, error }: UnsentEvent["outcome"]): string {
  const reason = REASON.exec(error.message)?.[1] ?? error.message;
  return `${safeText(target.label)}: error while sending ping: ${reason}`;
}

function nameOf(type: number, code: number): string {
  if (type === 3) return UNREACHABLE[code] ?? "Unreachable (Invalid Code)";
  return TYPES[type] ?? `type ${type}`;
}
