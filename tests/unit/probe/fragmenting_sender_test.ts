import { assert, assertEquals } from "@std/assert";
import { FragmentingSender } from "../../../src/probe/fragmenting_sender.ts";
import type { OutgoingDatagram, SendResult } from "../../../src/probe/transport.ts";
import { ProbeTemplate } from "../../../src/packet/mod.ts";

const sentAt = { realtimeNs: 0, monotonicNs: 0, source: "user" } as const;

/** A kernel whose interfaces have MTUs, and which takes a limited number of datagrams. */
class Interface {
  readonly sent: OutgoingDatagram[] = [];
  mtuBytes: number;
  room = Infinity;

  constructor(mtuBytes: number) {
    this.mtuBytes = mtuBytes;
  }

  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    return datagrams.map((datagram) => {
      const { mtuBytes } = this;
      if (datagram.bytes.length > mtuBytes) return refusal("EMSGSIZE", mtuBytes);
      if (this.sent.length >= this.room) return refusal("ENOBUFS", undefined);
      this.sent.push(datagram);
      return { ok: true, sentAt };
    });
  }
}

function refusal(code: string, mtuBytes: number | undefined): SendResult {
  return { ok: false, error: { syscall: "sendmmsg", errno: 1, code, message: code, mtuBytes } };
}

function datagram(payloadBytes: number, key: number, dontFragment = false): OutgoingDatagram {
  const payload = new Uint8Array(payloadBytes);
  const bytes = new ProbeTemplate({ kind: "echo", payload, dontFragment }).emit({
    destination: 7,
    sequence: key,
    originateMs: 0,
  });
  return { destination: 7, bytes, key };
}

Deno.test("fragmenting sender: long datagrams leave as fragments, short ones as they are", () => {
  const kernel = new Interface(1500);
  const sender = new FragmentingSender(kernel);
  const results = sender.send([datagram(10, 0), datagram(3000, 1), datagram(20, 2)]);
  assertEquals(results.map(({ ok }) => ok), [true, true, true]);
  assertEquals(kernel.sent.map(({ bytes }) => bytes.length), [38, 48, 1500, 1500, 68]);
  // The next ones are cut at once, and in order.
  kernel.sent.length = 0;
  sender.send([datagram(10, 3), datagram(3000, 4), datagram(20, 5)]);
  assertEquals(kernel.sent.map(({ bytes }) => bytes.length), [38, 1500, 1500, 68, 48]);
});

Deno.test("fragmenting sender: what is known of one destination cuts nothing to another", () => {
  const kernel = new Interface(1500);
  const sender = new FragmentingSender(kernel);
  sender.send([datagram(3000, 0)]);
  kernel.sent.length = 0;
  kernel.mtuBytes = 9000;
  const elsewhere = { ...datagram(3000, 1), destination: 8 };
  const fitting = datagram(1000, 2);
  sender.send([elsewhere, fitting]);
  assertEquals(kernel.sent, [elsewhere, fitting]);
});

Deno.test("fragmenting sender: the last fragment alone carries the probe's key", () => {
  const kernel = new Interface(1500);
  new FragmentingSender(kernel).send([datagram(4000, 5)]);
  assertEquals(kernel.sent.filter(({ key }) => key === 5), kernel.sent.slice(-1));
});

Deno.test("fragmenting sender: each datagram has its own identification, never 0", () => {
  const kernel = new Interface(576);
  const sender = new FragmentingSender(kernel);
  for (let turn = 0; turn < 70_000; turn += 700) {
    sender.send(Array.from({ length: 700 }, (_, index) => datagram(600, turn + index)));
  }
  const identifications = kernel.sent.map(({ bytes }) =>
    (bytes[4] as number) << 8 | (bytes[5] as number)
  );
  assert(!identifications.includes(0));
  const firsts = identifications.filter((_, index) => index % 2 === 0);
  assertEquals(firsts, identifications.filter((_, index) => index % 2 === 1));
  assertEquals(new Set(firsts.slice(0, 65_535)).size, 65_535);
});

Deno.test("fragmenting sender: an MTU that shrinks is followed; DF keeps its refusal", () => {
  const kernel = new Interface(1500);
  const sender = new FragmentingSender(kernel);
  sender.send([datagram(2000, 0)]);
  kernel.mtuBytes = 600;
  kernel.sent.length = 0;
  const results = sender.send([datagram(2000, 1), datagram(2000, 2, true)]);
  assertEquals(results.map(({ ok }) => ok), [true, false]);
  assert(kernel.sent.every(({ bytes }) => bytes.length <= 600));
  assertEquals(results[1], refusal("EMSGSIZE", 600));
});

Deno.test("fragmenting sender: one fragment without room refuses the whole datagram", () => {
  const kernel = new Interface(1500);
  kernel.room = 2;
  const results = new FragmentingSender(kernel).send([datagram(4000, 0), datagram(10, 1)]);
  assertEquals(results, [refusal("ENOBUFS", undefined), { ok: true, sentAt }]);
});
