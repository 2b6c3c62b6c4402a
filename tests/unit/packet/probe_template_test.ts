import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Datagram, emitDatagram, parseDatagram } from "../../../src/packet/datagram.ts";
import { ProbeTemplate, type ProbeTemplateOptions } from "../../../src/packet/probe_template.ts";
import { formatHex, parseHex } from "../../support/hex.ts";

const PROBE = { destination: 0xc0000207, identifier: 0x9b69, sequence: 1, originateMs: 1 };

function mustParse(bytes: Uint8Array): Datagram {
  const parsed = parseDatagram(bytes);
  assert(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

Deno.test("template: the plainest timestamp request, octet for octet", () => {
  const bytes = new ProbeTemplate({ kind: "timestamp" }).emit(PROBE);
  assertEquals(
    formatHex(bytes),
    "45000028" + "00000000" + "4001" + formatHex(bytes.subarray(10, 12)) + "00000000" +
      "c0000207" + "0d005794" + "9b690001" + "00000001" + "00000000" + "00000000",
  );
  assert(mustParse(bytes).header.checksumOk);
});

Deno.test("template: every option lands in its field", () => {
  const options: ProbeTemplateOptions = {
    kind: "timestamp",
    source: 0xcb007101,
    ttl: 1,
    tos: 0xb8,
    dontFragment: true,
    ipOptions: parseHex("94040000"),
    code: 7,
    receiveMs: 0x80000001,
    transmitMs: 0xffffffff,
    payload: parseHex("c0ffee"),
  };
  const { header, message } = mustParse(new ProbeTemplate(options).emit(PROBE));
  const { checksum: _, expectedChecksum: __, ...headerRest } = header;
  assertEquals(headerRest, {
    headerLengthBytes: 24,
    tos: 0xb8,
    totalLengthBytes: 47,
    identification: 0,
    reservedFlag: false,
    dontFragment: true,
    moreFragments: false,
    fragmentOffsetBytes: 0,
    ttl: 1,
    protocol: 1,
    checksumOk: true,
    source: 0xcb007101,
    destination: 0xc0000207,
    options: parseHex("94040000"),
  });
  const { checksum: _c, expectedChecksum: _e, ...messageRest } = message;
  assertEquals(messageRest as unknown, {
    kind: "timestamp-request",
    type: 13,
    code: 7,
    checksumOk: true,
    identifier: 0x9b69,
    sequence: 1,
    originateMs: 1,
    receiveMs: 0x80000001,
    transmitMs: 0xffffffff,
    trailing: parseHex("c0ffee"),
  });
});

Deno.test("template: a probe's own fields win over the template's", () => {
  const template = new ProbeTemplate({
    kind: "timestamp",
    identifier: 5,
    receiveMs: 6,
    transmitMs: 7,
  });
  const read = (bytes: Uint8Array) => {
    const { message } = mustParse(bytes);
    assert(message.kind === "timestamp-request" && message.checksumOk);
    return [message.identifier, message.receiveMs, message.transmitMs];
  };
  const { identifier: _, ...bare } = PROBE;
  assertEquals(read(template.emit(bare)), [5, 6, 7]);
  const own = { ...bare, identifier: 0, receiveMs: 0, transmitMs: 0 };
  assertEquals(read(template.emit(own)), [0, 0, 0]);
});

Deno.test("template: what emitDatagram makes of the same fields is the same octets", () => {
  const values = [0, 1, 0x7fff, 0x8000, 0xffff];
  const payload = parseHex("0102030405");
  const template = new ProbeTemplate({ kind: "timestamp", source: 0x0a000001, ttl: 3, payload });
  const target = new Uint8Array(template.lengthBytes).fill(0xa5);
  for (const identifier of values) {
    for (const sequence of values) {
      for (const high of values) {
        const stampMs = (high * 0x10000 + sequence) >>> 0;
        const fields = {
          identifier,
          sequence,
          originateMs: stampMs,
          receiveMs: 0xffffffff - stampMs,
          transmitMs: identifier,
        };
        const destination = (sequence * 0x10000 + high) >>> 0;
        const whole = emitDatagram({
          header: { source: 0x0a000001, destination, ttl: 3 },
          message: { kind: "timestamp-request", ...fields, trailing: payload },
        });
        assertEquals(template.emit({ destination, ...fields }, target), whole);
      }
    }
  }
});

Deno.test("template: echo carries its payload and no stamps", () => {
  const payload = Uint8Array.from({ length: 56 }, (_, index) => index);
  const template = new ProbeTemplate({ kind: "echo", payload });
  const { message } = mustParse(template.emit(PROBE));
  assert(message.kind === "echo-request" && message.checksumOk);
  assertEquals(message.payload, payload);
  assertEquals([message.identifier, message.sequence], [0x9b69, 1]);
});

Deno.test("template: a stamped echo carries its originate stamp at the start of the payload", () => {
  const payload = parseHex("a1a2a3a4a5a6a7");
  const template = new ProbeTemplate({ kind: "echo", payload, stampPayload: true });
  const plain = new ProbeTemplate({ kind: "echo", payload });
  for (const originateMs of [0, 1, 0xffff, 0x10000, 0x80000000, 0xffffffff]) {
    const { message } = mustParse(template.emit({ ...PROBE, originateMs }));
    assert(message.kind === "echo-request" && message.checksumOk, `stamp ${originateMs}`);
    const stamp = originateMs.toString(16).padStart(8, "0");
    assertEquals(formatHex(message.payload), stamp + "a5a6a7");
    const { message: other } = mustParse(plain.emit({ ...PROBE, originateMs }));
    assert(other.kind === "echo-request");
    assertEquals(other.payload, payload);
  }
  assertEquals(formatHex(payload), "a1a2a3a4a5a6a7", "the caller's payload was written to");
});

Deno.test("template: an echo payload too short for the stamp is refused", () => {
  const stamped = (payloadBytes: number) =>
    new ProbeTemplate({
      kind: "echo",
      stampPayload: true,
      payload: new Uint8Array(payloadBytes),
    });
  assertThrows(() => stamped(3), RangeError, "stamp");
  assertEquals(stamped(4).lengthBytes, 32);
});

Deno.test("template: a timestamp message's trailing octets are never stamped", () => {
  const options = { kind: "timestamp", payload: parseHex("c0ffee00") } as const;
  assertEquals(
    new ProbeTemplate({ ...options, stampPayload: true }).emit(PROBE),
    new ProbeTemplate(options).emit(PROBE),
  );
});

Deno.test("template: emit into a dirty buffer writes its octets and no others", () => {
  for (const options of VARIETY) {
    const template = new ProbeTemplate(options);
    const target = new Uint8Array(template.lengthBytes + 7).fill(0xa5);
    const written = template.emit(PROBE, target);
    assertEquals(written.length, template.lengthBytes);
    assertEquals(written.buffer, target.buffer);
    assertEquals(written, new ProbeTemplate(options).emit(PROBE));
    assertEquals(target.subarray(template.lengthBytes), new Uint8Array(7).fill(0xa5));
    assertThrows(() => template.emit(PROBE, target.subarray(0, written.length - 1)), RangeError);
  }
});

const VARIETY: ProbeTemplateOptions[] = [
  { kind: "timestamp" },
  { kind: "timestamp", payload: new Uint8Array(3).fill(9), ipOptions: new Uint8Array(40).fill(1) },
  { kind: "echo" },
  { kind: "echo", payload: new Uint8Array(1472) },
  { kind: "echo", payload: new Uint8Array(4), stampPayload: true },
];

Deno.test("template: probes do not disturb each other", () => {
  for (const options of VARIETY) {
    const template = new ProbeTemplate(options);
    const first = template.emit(PROBE);
    const copy = first.slice();
    template.emit({ destination: 0xffffffff, sequence: 0xffff, originateMs: 0xffffffff });
    assertEquals(first, copy);
    assertEquals(template.emit(PROBE), copy);
  }
});

Deno.test("template: a probe's own time to live wins, and the header checksum follows it", () => {
  const template = new ProbeTemplate({ kind: "timestamp", ttl: 200 });
  for (const ttl of [1, 5, 64, 200, 255]) {
    const { header } = mustParse(template.emit({ ...PROBE, ttl }));
    assertEquals([header.ttl, header.checksumOk], [ttl, true]);
    const plain = new ProbeTemplate({ kind: "timestamp", ttl }).emit(PROBE);
    assertEquals(template.emit({ ...PROBE, ttl }), plain);
  }
  assertEquals(mustParse(template.emit(PROBE)).header.ttl, 200);
});

Deno.test("template: of each field the low bits are used", () => {
  const template = new ProbeTemplate({ kind: "timestamp" });
  const wrapped = template.emit({
    destination: -1,
    identifier: 0x19b69,
    sequence: 65_537,
    originateMs: -1,
  });
  const plain = template.emit({
    destination: 0xffffffff,
    identifier: 0x9b69,
    sequence: 1,
    originateMs: 0xffffffff,
  });
  assertEquals(wrapped, plain);
});

Deno.test("template: options that do not fit are refused at once", () => {
  const wrong: Partial<ProbeTemplateOptions>[] = [
    { ttl: 256 },
    { tos: -1 },
    { code: 256 },
    { identifier: 65_536 },
    { source: 2 ** 32 },
    { receiveMs: 2 ** 32 },
    { transmitMs: -1 },
    { transmitMs: 2 ** 32 },
    { ipOptions: new Uint8Array(5) },
    { ipOptions: new Uint8Array(44) },
    { payload: new Uint8Array(65_496) },
  ];
  for (const options of wrong) {
    assertThrows(() => new ProbeTemplate({ kind: "timestamp", ...options }), RangeError);
  }
  assertEquals(
    new ProbeTemplate({ kind: "timestamp", payload: new Uint8Array(65_495) }).lengthBytes,
    65_535,
  );
});
