/** Short names of ICMP errors, for options and scenarios; any other is written as type and code, such as `3/10`. */

import type { IcmpErrorKind } from "./behaviour.ts";

/** By name (RFC 792, RFC 1812 §5.2.7). */
export const ICMP_ERROR_NAMES: Readonly<Record<string, IcmpErrorKind>> = {
  "network-unreachable": { type: 3, code: 0 },
  "host-unreachable": { type: 3, code: 1 },
  "protocol-unreachable": { type: 3, code: 2 },
  "port-unreachable": { type: 3, code: 3 },
  "network-prohibited": { type: 3, code: 9 },
  "host-prohibited": { type: 3, code: 10 },
  "communication-prohibited": { type: 3, code: 13 },
  "source-quench": { type: 4, code: 0 },
  "ttl-exceeded": { type: 11, code: 0 },
  "parameter-problem": { type: 12, code: 0 },
};

const TYPES: ReadonlySet<number> = new Set([3, 4, 11, 12]);

/** Reads a name, or type and code; undefined where it is neither. */
export function parseIcmpError(text: string): IcmpErrorKind | undefined {
  if (Object.hasOwn(ICMP_ERROR_NAMES, text)) return ICMP_ERROR_NAMES[text];
  const [, typeText, codeText] = /^(\d{1,2})\/(\d{1,3})$/.exec(text) ?? [];
  const type = Number(typeText), code = Number(codeText);
  return TYPES.has(type) && code <= 255 ? { type, code } : undefined;
}
