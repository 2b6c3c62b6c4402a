import { assertEquals } from "@std/assert";
import {
  icmpCodeName,
  icmpErrorName,
  icmpTypeName,
  protocolName,
} from "../../../src/packet/icmp_names.ts";
import { isErrorType, isFinalErrorType, isTtlExpired } from "../../../src/packet/icmp_error.ts";

/** By number, from IANA's registry of ICMP parameters; `-` where we have no name. */
const TYPES = [
  ...["echo reply", "-", "-", "destination unreachable", "source quench", "redirect", "-", "-"],
  ...["echo request", "router advertisement", "router solicitation", "time exceeded"],
  ...["parameter problem", "timestamp request", "timestamp reply", "information request"],
  ...["information reply", "address mask request", "address mask reply", ...Array(11).fill("-")],
  ...["traceroute", ...Array(9).fill("-"), "security failure", "-", "extended echo request"],
  "extended echo reply",
];

/** From IANA's registry of protocol numbers. */
const PROTOCOLS =
  "1 ICMP, 2 IGMP, 4 IPv4 in IPv4, 6 TCP, 17 UDP, 41 IPv6 in IPv4, 47 GRE, 50 ESP, " +
  "51 AH, 58 ICMPv6, 89 OSPF, 132 SCTP";

const NUMBERS = Array.from({ length: 256 }, (_, number) => number);

Deno.test("names: of types, by their number", () => {
  const expected = NUMBERS.map((type) => (TYPES[type] ?? "-").replace(/^-$/, `type ${type}`));
  assertEquals(NUMBERS.map(icmpTypeName), expected);
});

Deno.test("names: of protocols, by their number", () => {
  const named = NUMBERS.filter((number) => protocolName(number) !== undefined);
  assertEquals(named.map((number) => `${number} ${protocolName(number)}`).join(", "), PROTOCOLS);
});

Deno.test("names: as many codes have one as are defined for their type", () => {
  const counts = NUMBERS.map((type) =>
    NUMBERS.filter((code) => icmpCodeName(type, code) !== undefined)
  );
  const found = counts.flatMap((codes, type) => codes.length > 0 ? [[type, codes.length]] : []);
  assertEquals(found, [[3, 16], [5, 4], [11, 2], [12, 3]]);
  assertEquals(icmpErrorName(4, 0), "source quench");
  assertEquals(icmpErrorName(11, 1), "time exceeded: fragment reassembly time exceeded");
  assertEquals(icmpErrorName(3, 16), "destination unreachable: code 16");
});

Deno.test("names: which types are errors, and which of them end a probe", () => {
  assertEquals(NUMBERS.filter(isErrorType), [3, 4, 5, 11, 12]);
  assertEquals(NUMBERS.filter(isFinalErrorType), [3, 11, 12]);
  const expired = NUMBERS.flatMap((type) => [0, 1].map((code) => ({ type, code })))
    .filter(isTtlExpired);
  assertEquals(expired, [{ type: 11, code: 0 }]);
});
