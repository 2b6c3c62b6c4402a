import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  emitIcmpError,
  isErrorType,
  isFinalErrorType,
  parseIcmpError,
} from "../../../src/packet/icmp_error.ts";
import type { IcmpErrorFields, IcmpErrorMessage } from "../../../src/packet/icmp_error.ts";
import { ProbeTemplate } from "../../../src/packet/probe_template.ts";
import { parseHex } from "../../support/hex.ts";

const PROBE = { destination: 0xc0000207, identifier: 0x1234, sequence: 0x5678, originateMs: 42 };

function probe(ipOptionBytes: number = 0): Uint8Array {
  const ipOptions = new Uint8Array(ipOptionBytes).fill(1);
  return new ProbeTemplate({ kind: "timestamp", source: 0xc0000201, ipOptions }).emit(PROBE);
}

function emit(fields: Omit<IcmpErrorFields, "kind">): Uint8Array {
  const target = new Uint8Array(8 + fields.body.length).fill(0xa5);
  assertEquals(emitIcmpError({ kind: "error", ...fields }, target), target.length);
  return target;
}

function mustParse(bytes: Uint8Array): IcmpErrorMessage {
  const parsed = parseIcmpError(bytes, 0, bytes.length);
  assert(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

Deno.test("icmp error: each type says its name and has its own fields", () => {
  const body = probe().subarray(0, 28);
  const table: [number, number, number, string, Partial<IcmpErrorMessage>][] = [
    [3, 0, 0, "destination unreachable: network unreachable", {}],
    [3, 1, 0, "destination unreachable: host unreachable", {}],
    [3, 4, 1400, "destination unreachable: fragmentation needed and DF set", {
      nextHopMtuBytes: 1400,
    }],
    [3, 13, 0, "destination unreachable: communication administratively prohibited", {}],
    [3, 99, 0, "destination unreachable: code 99", {}],
    [4, 0, 0, "source quench", {}],
    [5, 1, 0xc00002fe, "redirect: for the host", { gateway: 0xc00002fe }],
    [11, 0, 0, "time exceeded: TTL exceeded in transit", {}],
    [11, 1, 0, "time exceeded: fragment reassembly time exceeded", {}],
    [12, 0, 0x14000000, "parameter problem: pointer indicates the error", { pointer: 20 }],
    [12, 1, 0, "parameter problem: a required option is missing", {}],
  ];
  for (const [type, code, restOfHeader, name, special] of table) {
    const bytes = emit({ type, code, restOfHeader, body });
    const message = mustParse(bytes);
    assertEquals(message.name, name);
    assert(message.checksumOk, name);
    assertEquals(message.restOfHeader, restOfHeader, name);
    const { pointer, gateway, nextHopMtuBytes } = message;
    const none = { pointer: undefined, gateway: undefined, nextHopMtuBytes: undefined };
    assertEquals({ pointer, gateway, nextHopMtuBytes }, { ...none, ...special }, name);
    assert(message.quote.ok, name);
    const again = new Uint8Array(bytes.length);
    emitIcmpError(message, again);
    assertEquals(again, bytes, name);
  }
});

Deno.test("icmp error: our probe is found in the quote whatever its header length", () => {
  for (let ipOptionBytes = 0; ipOptionBytes <= 40; ipOptionBytes += 4) {
    const whole = probe(ipOptionBytes);
    const message = mustParse(
      emit({ type: 3, code: 1, body: whole.subarray(0, 28 + ipOptionBytes) }),
    );
    assert(message.quote.ok);
    const { header, icmp, payload } = message.quote.value;
    assertEquals(header.headerLengthBytes, 20 + ipOptionBytes);
    assertEquals([header.source, header.destination], [0xc0000201, 0xc0000207]);
    assertEquals([icmp?.type, icmp?.code, icmp?.identifier, icmp?.sequence], [
      13,
      0,
      0x1234,
      0x5678,
    ]);
    assertEquals(icmp?.originateMs, undefined);
    assertEquals(payload.length, 8);
  }
});

Deno.test("icmp error: a whole quote also holds the originate stamp", () => {
  const message = mustParse(emit({ type: 11, body: probe() }));
  assert(message.quote.ok);
  assertEquals(message.quote.value.icmp?.originateMs, 42);
});

Deno.test("icmp error: every cut of the quote", () => {
  const whole = probe(8);
  for (let quotedBytes = 0; quotedBytes <= whole.length; quotedBytes++) {
    const message = mustParse(emit({ type: 3, code: 1, body: whole.subarray(0, quotedBytes) }));
    assertEquals(message.body.length, quotedBytes);
    assertEquals(message.quote.ok, quotedBytes >= 28 + 8, `${quotedBytes} octets quoted`);
    if (message.quote.ok) continue;
    const { layer, needed, available, offset } = message.quote.malformed;
    assertEquals(layer, "quote");
    assert(available < needed);
    assertEquals(offset, quotedBytes < 28 ? 8 : 8 + 28);
  }
});

Deno.test("icmp error: lies in the quoted header", () => {
  const lies: [string, number, number][] = [
    ["version 6", 0, 0x65],
    ["header length 16", 0, 0x44],
    ["header length past the quote", 0, 0x4f],
  ];
  for (const [name, offset, octet] of lies) {
    const body = probe();
    body[offset] = octet;
    assertEquals(mustParse(emit({ type: 3, body })).quote.ok, false, name);
  }
});

Deno.test("icmp error: routers may have changed TTL, checksum and total length of the quote", () => {
  const body = probe();
  body.set(parseHex("ffff"), 2);
  body.set(parseHex("00"), 8);
  body.set(parseHex("0000"), 10);
  const message = mustParse(emit({ type: 11, body }));
  assert(message.quote.ok);
  assertEquals(message.quote.value.icmp?.identifier, 0x1234);
  assertEquals(message.quote.value.header.checksumOk, false);
});

Deno.test("icmp error: a quote of another protocol or of a later fragment has no ICMP message", () => {
  for (const [offset, octet] of [[9, 17], [7, 1]] as const) {
    const body = probe();
    body[offset] = octet;
    const message = mustParse(emit({ type: 3, body }));
    assert(message.quote.ok);
    assertEquals(message.quote.value.icmp, undefined);
    assertEquals(message.quote.value.payload.length, 20);
  }
});

Deno.test("icmp error: RFC 4884 length separates quote and extension", () => {
  const extension = parseHex("2000 dfff 0008 0101 00010140");
  const quoted = new Uint8Array(128);
  quoted.set(probe());
  const body = new Uint8Array([...quoted, ...extension]);
  for (
    const [type, hasLength] of [[3, true], [11, true], [12, true], [4, false], [5, false]] as const
  ) {
    const message = mustParse(emit({ type, restOfHeader: 32 << 16, body }));
    assert(message.quote.ok);
    assertEquals(message.quote.value.icmp?.sequence, 0x5678);
    assertEquals(message.extension, hasLength ? extension : new Uint8Array(0), `type ${type}`);
    assertEquals(message.quote.value.payload.length, body.length - 20 - (hasLength ? 12 : 0));
  }
});

Deno.test("icmp error: an RFC 4884 length past the end is no length", () => {
  const body = probe();
  const message = mustParse(emit({ type: 11, restOfHeader: 255 << 16, body }));
  assert(message.quote.ok);
  assertEquals(message.quote.value.payload.length, 20);
  assertEquals(message.extension.length, 0);
});

Deno.test("icmp error: an RFC 4884 length that cuts the quote short makes it malformed", () => {
  const message = mustParse(emit({ type: 11, restOfHeader: 5 << 16, body: probe() }));
  assert(!message.quote.ok);
  assertEquals(message.quote.malformed.available, 0);
});

Deno.test("icmp error: every message shorter than 8 octets is refused", () => {
  const bytes = emit({ type: 3, body: new Uint8Array(0) });
  for (let lengthBytes = 0; lengthBytes < 8; lengthBytes++) {
    const parsed = parseIcmpError(bytes, 0, lengthBytes);
    assert(!parsed.ok);
    assertEquals([parsed.malformed.layer, parsed.malformed.available], ["error", lengthBytes]);
  }
});

Deno.test("icmp error: emit refuses what does not fit", () => {
  const good: IcmpErrorFields = { kind: "error", type: 3, body: new Uint8Array(28) };
  for (
    const wrong of [{ type: 256 }, { code: -1 }, { restOfHeader: 2 ** 32 }, { checksum: 1.5 }, {
      checksum: 65_536,
    }]
  ) {
    const emitWrong = () => emitIcmpError({ ...good, ...wrong }, new Uint8Array(36));
    assertThrows(emitWrong, RangeError);
  }
  assertThrows(() => emitIcmpError(good, new Uint8Array(35)), RangeError);
});

Deno.test("icmp errors: five types quote a datagram, three of them end it", () => {
  // Destination Unreachable, Source Quench, Redirect, Time Exceeded and Parameter Problem of RFC 792.
  const types = Array.from({ length: 256 }, (_, type) => type);
  assertEquals(types.filter(isErrorType), [3, 4, 5, 11, 12]);
  assertEquals(types.filter(isFinalErrorType), [3, 11, 12]);
});
