import { assertEquals } from "@std/assert";
import { formatAddress } from "../../../src/packet/address.ts";
import { formatBlock } from "../../../src/targets/block.ts";
import { Random } from "../../lab/random.ts";
import { NO_ICMPV6_TIMESTAMP, readWord } from "../../../src/targets/target_word.ts";

/** A word and what it stands for: a block, `name …`, or what is wrong. */
const WORDS: readonly (readonly [word: string, reading: string])[] = [
  ["192.0.2.7", "192.0.2.7"],
  ["192.0.2.9/28", "192.0.2.0/28"],
  ["192.0.2.1-192.0.2.9", "192.0.2.1-192.0.2.9"],
  ["router", "name router"],
  ["router.example.", "name router.example."],
  ["1e100.net", "name 1e100.net"],
  ["db-1", "name db-1"],
  ["bücher.example", "name xn--bcher-kva.example"],
  ["例え.テスト", "name xn--r8jz45g.xn--zckzah"],
  ["bü cher", "no name holds a blank, expected one word"],
  ["bü%41", "not a name that can be looked up (RFC 5891), expected another spelling"],
  ["１２７.0.0.1", "not a name that can be looked up (RFC 5891), expected another spelling"],
  ["192.0.2.7:80", "ICMP has no ports, expected 192.0.2.7"],
  ["router:443", "ICMP has no ports, expected router"],
  ["http://192.0.2.7/", "a URL, expected its host 192.0.2.7"],
  ["https://router.example:8443/x?y", "a URL, expected its host router.example"],
  ["http://", "a URL, expected its host"],
  ["192.0.2.7/", "a slash without a prefix length, expected 192.0.2.7"],
  ["root@192.0.2.7", "a user at a host, expected the host"],
  ["127.1", "not an IPv4 address in four decimal numbers, expected 127.0.0.1 if that is meant"],
  [
    "0x7f.0.0.1",
    "not an IPv4 address in four decimal numbers, expected 127.0.0.1 if that is meant",
  ],
  [
    "0x7f000001",
    "not an IPv4 address in four decimal numbers, expected 127.0.0.1 if that is meant",
  ],
  ["0x.0.0.1", "not an IPv4 address in four decimal numbers, expected 0.0.0.1 if that is meant"],
  ["0X", "not an IPv4 address in four decimal numbers, expected 0.0.0.0 if that is meant"],
  ["010.0.0.1", "not an IPv4 address in four decimal numbers, expected 8.0.0.1 if that is meant"],
  ["10.66.1.300", "not an IPv4 address, expected four numbers up to 255"],
  ["256.0.0.1", "not an IPv4 address, expected four numbers up to 255"],
  ["09.0.0.1", "not an IPv4 address, expected four numbers up to 255"],
  ["1.2.3.4.5", "not an IPv4 address, expected four numbers up to 255"],
  ["::1", NO_ICMPV6_TIMESTAMP],
  ["[::1]", NO_ICMPV6_TIMESTAMP],
  ["fe80::1%eth0", NO_ICMPV6_TIMESTAMP],
  ["2001:db8::/32", NO_ICMPV6_TIMESTAMP],
  ["", "an empty word, expected a name or an address"],
  ["a".repeat(253), `name ${"a".repeat(253)}`],
  ["a\0b", "no name holds a zero byte, expected text"],
  [":80", "ICMP has no ports, expected a host"],
  ["a".repeat(254), "a name of 254 characters, expected 253 at most"],
];

for (const [word, expected] of WORDS) {
  Deno.test(`target word: ${word.slice(0, 40)}`, () => {
    const reading = readWord(word);
    const shown = reading.kind === "block"
      ? formatBlock(reading.block)
      : reading.kind === "name"
      ? `name ${reading.name}`
      : reading.message;
    assertEquals(shown, expected);
  });
}

Deno.test("target word: IPv6 is told apart from what is wrong", () => {
  const isIpv6 = (word: string) => {
    const reading = readWord(word);
    return reading.kind === "invalid" && reading.isIpv6;
  };
  assertEquals(["2001:db8::/32", "192.0.2.7:80", "10.0.0.300"].map(isIpv6), [true, false, false]);
});

Deno.test("target word: numbers that inet_aton(3) takes for an address are refused with that address", () => {
  const random = new Random(1);
  /** In decimal, octal or hexadecimal digits. */
  const write = (value: number): string =>
    random.pick([`${value}`, `0${value.toString(8)}`, `0x${value.toString(16)}`]);
  for (let round = 0; round < 400; round++) {
    const count = random.between(1, 4);
    const octets = Array.from(
      { length: count - 1 },
      () => random.pick([0, 1, 255, random.below(256)]),
    );
    const size = 256 ** (5 - count);
    const last = random.pick([0, 1, size - 1, Math.floor(random.unit() * size)]);
    // A plain address is none of these.
    const labels = [...octets.map(write), count === 4 ? `0x${last.toString(16)}` : write(last)];
    const address = octets.reduce((sum, octet, index) => sum + octet * 256 ** (3 - index), last);
    const right = readWord(labels.join("."));
    const expected = `in four decimal numbers, expected ${formatAddress(address)} if that is meant`;
    assertEquals(right.kind === "invalid" && right.message, `not an IPv4 address ${expected}`);
    const wrong = [
      [...labels.slice(0, -1), write(size)],
      ...octets.map((_, index) => labels.with(index, write(256))),
      ...(count === 4 ? [[...labels, "0"]] : []),
    ];
    for (const each of wrong) {
      const reading = readWord(each.join("."));
      const reason = "not an IPv4 address, expected four numbers up to 255";
      assertEquals(reading.kind === "invalid" && reading.message, reason, each.join("."));
    }
  }
});
