/** Probes of one flow: one checksum, which is right, in all of them; and sequence numbers that do not follow each other. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { emitDatagram, type IcmpFields, parseDatagram } from "../../../src/packet/mod.ts";
import { ConstantFlowProbe } from "../../../src/probe/message/constant_flow.ts";
import { EchoProbe } from "../../../src/probe/message/echo.ts";
import { TimestampProbe } from "../../../src/probe/message/timestamp.ts";
import type { ReplyMessage } from "../../../src/probe/message/message.ts";
import { ProbeNumbers } from "../../../src/probe/probe_numbers.ts";
import { Icmp, read16 } from "../../lab/octets.ts";
import { scatter } from "../../../src/probe/scatter.ts";

const KEY = { k0: 0x01020304, k1: 0x0a0b0c0d };
const REQUESTS = [new EchoProbe(), new TimestampProbe()];

function emit(probe: ConstantFlowProbe, address: number, sequence: number, token: number) {
  const target = { address };
  const content = { target, identifier: 0x4321, sequence, token, ttl: 7 };
  const bytes = probe.emit(content, new Uint8Array(probe.lengthBytes));
  const parsed = parseDatagram(bytes);
  assert(parsed.ok);
  return { content, bytes, ...parsed.value };
}

Deno.test("constant flow: every probe to a target has the same checksum, and it is right", () => {
  for (const request of REQUESTS) {
    const probe = new ConstantFlowProbe(request, KEY);
    const checksums = new Set<number>();
    // Sums at which ones' complement carries, and arbitrary ones.
    const words = [0, 1, 0xfffe, 0xffff, 0x8000, 0x1234];
    for (const sequence of words) {
      for (const high of words) {
        for (const low of words) {
          const { message } = emit(probe, 0xc0000207, sequence, (high << 16 | low) >>> 0);
          assert("checksumOk" in message && message.checksumOk, request.name);
          checksums.add(message.checksum);
        }
      }
    }
    assertEquals(checksums.size, 1, request.name);
  }
});

Deno.test("constant flow: no checksum is a zero of ones' complement, which routers may exchange for the other", () => {
  const probe = new ConstantFlowProbe(new TimestampProbe(), KEY);
  const bytes = new Uint8Array(probe.lengthBytes);
  const content = { identifier: 0x4321, sequence: 5, token: 99, ttl: 7 };
  const zeros = Array.from({ length: 300_000 }, (_, address) => {
    const written = probe.emit({ ...content, target: { address } }, bytes);
    return read16(written, probe.messageStart + Icmp.checksum);
  }).filter((checksum) => checksum === 0 || checksum === 0xffff);
  assertEquals(zeros, []);
});

Deno.test("constant flow: both kinds share the checksum; other targets, flows and keys have others", () => {
  const checksumOf = (key: typeof KEY, flow: number, address: number, request = REQUESTS[0]) => {
    const { message } = emit(
      new ConstantFlowProbe(request ?? new EchoProbe(), key, flow),
      address,
      5,
      99,
    );
    return "checksum" in message ? message.checksum : NaN;
  };
  const usual = checksumOf(KEY, 0, 1);
  assertEquals(checksumOf(KEY, 0, 1, REQUESTS[1]), usual);
  assertNotEquals(checksumOf(KEY, 1, 1), usual);
  assertNotEquals(checksumOf(KEY, 0, 2), usual);
  assertNotEquals(checksumOf({ ...KEY, k1: 1 }, 0, 1), usual);
});

Deno.test("constant flow: an echo that comes back as it was sent is not remarked on", () => {
  const probe = new ConstantFlowProbe(new EchoProbe(), KEY);
  const { content, message } = emit(probe, 0xc0000207, 3, 0xdeadbeef);
  assert(message.kind === "echo-request");
  const { identifier, sequence, payload } = message;
  const fields: IcmpFields = { kind: "echo-reply", identifier, sequence, payload };
  const parsed = parseDatagram(emitDatagram({
    header: { source: 0xc0000207, destination: 1 },
    message: fields,
  }));
  assert(parsed.ok && probe.isAnswer(parsed.value.message));
  const reply = parsed.value.message as ReplyMessage;
  assertEquals(probe.repeatsToken(reply, 0xdeadbeef), true);
  assertEquals(probe.repeatsToken(reply, 0xdeadbeee), false);
  assertEquals(probe.describe(reply, parsed.value.header, content).flags, []);
});

Deno.test("constant flow: a timestamp request's token is a time of day that only its target knows", () => {
  const probe = new ConstantFlowProbe(new TimestampProbe(), KEY);
  assertEquals(probe.makeToken(5, () => 0xffffffff), 0xffffffff % 86_400_000);
  assertEquals(new ConstantFlowProbe(new EchoProbe(), KEY).makeToken(5, () => 7), 7);
});

Deno.test("scatter: 65536 numbers, each once, and not in order", () => {
  for (const address of [1, 0xc0000207]) {
    const seen = new Set<number>();
    let neighbours = 0, before = -2;
    for (let i = 0; i < 65_536; i++) {
      const number = scatter(KEY, address, i);
      assert(number >= 0 && number < 65_536);
      seen.add(number);
      if (number === before + 1) neighbours++;
      before = number;
    }
    assertEquals(seen.size, 65_536);
    assert(neighbours < 20, `${neighbours} of 65536 follow each other`);
  }
});

Deno.test("probe numbers: scattered sequences keep the identifier, and a second part has others", () => {
  const targets = [{ index: 0, label: "a", address: 0xc0000207 }];
  const plain = new ProbeNumbers(targets, { numberKey: KEY });
  const options = { numberKey: KEY, scattersSequences: true };
  const first = new ProbeNumbers(targets, options);
  const second = new ProbeNumbers(targets, { ...options, firstOrdinal: 0x8000 });
  const [target] = targets;
  assert(target !== undefined);
  assertEquals(first.identifierOf(target), plain.identifierOf(target));
  const take = (numbers: ProbeNumbers) =>
    Array.from({ length: 1000 }, () => numbers.sequenceOf(target, numbers.allocate(target)));
  assertEquals(new Set([...take(first), ...take(second)]).size, 2000);
});

Deno.test("probe numbers: scattered sequences come again after 65536 probes", () => {
  const target = { index: 0, label: "a", address: 0xc0000207 };
  const numbers = new ProbeNumbers([target], { numberKey: KEY, scattersSequences: true });
  for (const ordinal of [0, 1, 65_535]) {
    assertEquals(numbers.sequenceOf(target, 65_536 + ordinal), numbers.sequenceOf(target, ordinal));
  }
});
