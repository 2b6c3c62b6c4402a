import { assertEquals } from "@std/assert";
import { formatAddress, parseAddress } from "../../../src/packet/address.ts";

const PAIRS: [string, number][] = [
  ["0.0.0.0", 0],
  ["0.0.0.1", 1],
  ["10.0.0.1", 0x0a000001],
  ["127.0.0.1", 0x7f000001],
  ["128.0.0.0", 0x80000000],
  ["192.0.2.7", 0xc0000207],
  ["203.0.113.250", 0xcb0071fa],
  ["255.255.255.255", 0xffffffff],
];

Deno.test("address: parse and format, both ways", () => {
  for (const [text, address] of PAIRS) {
    assertEquals(parseAddress(text), address);
    assertEquals(formatAddress(address), text);
  }
});

Deno.test("address: every octet value in every place", () => {
  for (let octet = 0; octet <= 255; octet++) {
    for (let place = 0; place < 4; place++) {
      const octets = [1, 2, 3, 4].map((other, index) => index === place ? octet : other);
      const text = octets.join(".");
      assertEquals(formatAddress(parseAddress(text) ?? NaN), text);
    }
  }
});

Deno.test("address: anything but four plain decimal octets is refused", () => {
  const wrong = [
    ...["", "1", "10.1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4."],
    ...["256.1.1.1", "1.1.1.256", "1.1.1.999", "1.1.1.1000", "-1.1.1.1", "+1.1.1.1"],
    ...["010.0.0.1", "1.2.3.04", "00.0.0.0", "0x7f.0.0.1", "1e1.0.0.1", "1.2.3.4 ", " 1.2.3.4"],
    ...["1.2.3.4\n", "1,2,3,4", "a.b.c.d", "١.٢.٣.٤", "::1", "::ffff:1.2.3.4", "1.2.3.4/32"],
  ];
  for (const text of wrong) assertEquals(parseAddress(text), undefined, JSON.stringify(text));
});
