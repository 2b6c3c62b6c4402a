/** What one word stands for, the same on the command line and in lists, and in every command. */

import { formatAddress, parseAddress } from "../packet/address.ts";
import { type Block, parseBlock } from "./block.ts";

/** ICMPv6 has echo but no timestamp message (RFC 4443). */
export const NO_ICMPV6_TIMESTAMP = "ICMPv6 has no Timestamp message, expected an IPv4 address";

/** Most characters of a name (RFC 1035 §2.3.4). */
const MAX_NAME_CHARACTERS = 253;

/** What a word stands for. */
export type WordReading =
  | {
    readonly kind: "block";
    readonly block: Block;
    /** Written as a prefix, whose first and last address may be no hosts. */
    readonly isPrefix: boolean;
  }
  | {
    readonly kind: "name";
    /** The name to look up, in ASCII: internationalised names in their Punycode form (RFC 5891). */
    readonly name: string;
  }
  | {
    readonly kind: "invalid";
    /** What is wrong and what is expected, without the word. */
    readonly message: string;
    /** It is an IPv6 address, prefix or range: right, but of no use here. */
    readonly isIpv6: boolean;
  };

/**
 * Reads `192.0.2.7`, `192.0.2.0/28`, `192.0.2.1-192.0.2.9` or a name. What other programs read in several ways (ports,
 * URLs, `127.1`, octal and hexadecimal numbers) is refused with what is probably meant.
 */
export function readWord(text: string): WordReading {
  const address = parseAddress(text);
  if (address !== undefined) return blockOf({ first: address, last: address }, false);
  if (text.trim() === "") return invalid("an empty word, expected a name or an address");
  if (text.includes("\0")) return invalid("no name holds a zero byte, expected text");
  if (text.includes("://")) return invalid(`a URL, expected its host${hostOf(text)}`);
  if (text.includes(":") || text.startsWith("[")) return readColons(text);
  if (text.includes("@")) return invalid("a user at a host, expected the host");
  if (text.includes("/") || /^[\d.]+\s*-/.test(text)) return readBlock(text);
  const labels = text.replace(/\.$/, "").split(".");
  if (labels.every((label) => NUMBER.test(label))) return readNumbers(labels);
  if (/\s/.test(text)) return invalid("no name holds a blank, expected one word");
  return readName(text);
}

function readName(text: string): WordReading {
  const name = asciiName(text);
  if (name === undefined || parseAddress(name) !== undefined) {
    return invalid("not a name that can be looked up (RFC 5891), expected another spelling");
  }
  if (name.length > MAX_NAME_CHARACTERS) {
    return invalid(`a name of ${name.length} characters, expected ${MAX_NAME_CHARACTERS} at most`);
  }
  return { kind: "name", name };
}

/** Letters beyond ASCII as they stand in the DNS; undefined where they cannot. */
function asciiName(text: string): string | undefined {
  // deno-lint-ignore no-control-regex -- ASCII is a range that begins with them
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  const url = `http://${text}`;
  if (/[\\?#%|^<>]/.test(text) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname;
}

/** An IPv6 address, or a host with a port. */
function readColons(text: string): WordReading {
  const colons = text.split(":").length - 1;
  if (colons > 1 || text.startsWith("[")) return invalid(NO_ICMPV6_TIMESTAMP, true);
  const [host = ""] = text.split(":");
  return invalid(`ICMP has no ports, expected ${host === "" ? "a host" : host}`);
}

function readBlock(text: string): WordReading {
  const block = parseBlock(text);
  if (typeof block !== "string") return blockOf(block, text.includes("/"));
  const host = text.replace(/\/$/, "");
  return invalid(host === text ? block : `a slash without a prefix length, expected ${host}`);
}

/** Decimal, octal or hexadecimal, as inet_aton(3) takes it. */
const NUMBER = /^(?:0x[0-9a-f]*|\d+)$/i;

function readNumbers(labels: readonly string[]): WordReading {
  const address = readAsInetAton(labels);
  if (address === undefined) return invalid("not an IPv4 address, expected four numbers up to 255");
  const shown = formatAddress(address);
  return invalid(`not an IPv4 address in four decimal numbers, expected ${shown} if that is meant`);
}

/** What inet_aton(3) makes of one to four numbers, of which the last fills all octets that are left. */
function readAsInetAton(labels: readonly string[]): number | undefined {
  if (labels.length > 4) return undefined;
  const numbers = labels.map((label) => {
    if (/^0x/i.test(label)) return label.length > 2 ? parseInt(label, 16) : 0;
    if (!/^0\d/.test(label)) return Number(label);
    return /[89]/.test(label) ? NaN : parseInt(label, 8);
  });
  const last = numbers.pop() ?? NaN;
  const size = 256 ** (4 - numbers.length);
  if (!(last < size) || numbers.some((number) => !(number < 256))) return undefined;
  return numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
}

/** `: 192.0.2.7` for a URL that names it; nothing where it names none. */
function hostOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url === undefined || url.hostname === "" ? "" : ` ${url.hostname}`;
}

function blockOf(block: Block, isPrefix: boolean): WordReading {
  return { kind: "block", block, isPrefix };
}

function invalid(message: string, isIpv6 = false): WordReading {
  return { kind: "invalid", message, isIpv6 };
}
