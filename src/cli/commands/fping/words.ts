/** What a word of fping can be: an address in some form, or a name. */

/** What getaddrinfo(3) says of an IPv6 address where IPv4 is asked for. */
export const WRONG_FAMILY = "Address family for hostname not supported";
/** What getaddrinfo(3) says of a name that is none. */
export const NOT_KNOWN = "Name or service not known";

/** Looks like an IPv6 address, perhaps with a zone (RFC 4007 §11). */
const IPV6 = /^[\da-f]*:[\da-f:.]*:[\da-f.]*(%\w+)?$/i;

/** Whether a word has the form of an IPv6 address. */
export function isIpv6Address(word: string): boolean {
  return IPV6.test(word);
}

/** A word that only a resolver can read: no address in any form of inet_aton(3) or of IPv6. */
export function isName(word: string): boolean {
  return word !== "" && !word.includes(":") &&
    !/^(0x[\da-f]+|\d+)(\.(0x[\da-f]+|\d+))*$/i.test(word);
}
