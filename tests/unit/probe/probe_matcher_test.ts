import { assertEquals } from "@std/assert";
import type { QuotedDatagram } from "../../../src/packet/mod.ts";
import { EchoProbe } from "../../../src/probe/message/echo.ts";
import type { ReplyMessage } from "../../../src/probe/message/message.ts";
import { InFlightProbe } from "../../../src/probe/probe.ts";
import { ProbeMatcher } from "../../../src/probe/probe_matcher.ts";
import { makeProbe } from "../../support/probes.ts";

const TOKEN = 0x0102_0304;

function probe(changes: Parameters<typeof makeProbe>[0] = {}): InFlightProbe {
  return makeProbe({ identifier: 0x1111, sequence: 7, token: TOKEN, ...changes });
}

/** The ICMP message of a probe as it was sent, at least `lengthBytes` long. */
function sent(of: InFlightProbe, lengthBytes = 0): Uint8Array {
  const datagram = of.message.emit(of, new Uint8Array(of.message.lengthBytes));
  const message = datagram.slice(of.message.messageStart);
  const bytes = new Uint8Array(Math.max(lengthBytes, message.length));
  bytes.set(message);
  return bytes;
}

/** What a matcher says of a quote of so many octets, one of them changed. */
function quote(
  of: InFlightProbe,
  lengthBytes: number,
  changedAt?: number,
  matcher = new ProbeMatcher(),
) {
  const payload = sent(of, lengthBytes).slice(0, lengthBytes);
  if (changedAt !== undefined) payload[changedAt] = (payload[changedAt] as number) ^ 1;
  return matcher.isQuoted({ payload } as unknown as QuotedDatagram, of);
}

Deno.test("matcher: a quote as it was sent is the probe's, at any length", () => {
  const one = probe();
  for (let length = 0; length <= 40; length++) assertEquals(quote(one, length), "yes", `${length}`);
});

Deno.test("matcher: an octet that differs is another datagram, in the token an earlier probe", () => {
  const one = probe();
  for (let at = 0; at < 20; at++) {
    const isToken = at >= 8 && at < 12;
    assertEquals(quote(one, 20, at), isToken ? "earlier" : "no", `octet ${at}`);
  }
  // The padding of a router says nothing.
  assertEquals(quote(one, 40, 20), "yes");
  // A token of which a part is quoted is compared octet by octet.
  assertEquals([quote(one, 11), quote(one, 11, 10), quote(one, 12, 11)], ["yes", "no", "earlier"]);
});

Deno.test("matcher: where the number was used before, only the token shows which probe is quoted", () => {
  const later = probe({ ordinal: 65_536 });
  assertEquals([quote(later, 8), quote(later, 11), quote(later, 12)], ["no", "no", "yes"]);
  const first = probe({ ordinal: 65_535 });
  assertEquals(quote(first, 8), "yes");
  const reused = probe();
  reused.reusedSequence = true;
  assertEquals([quote(reused, 8), quote(reused, 20)], ["no", "yes"]);
});

Deno.test("matcher: an echo that has no room for a token is compared as a whole", () => {
  const message = new EchoProbe({ payload: new Uint8Array([1, 2]) });
  assertEquals(message.hasToken, false);
  const short = probe({ message });
  assertEquals([quote(short, 10), quote(short, 10, 9), quote(short, 30)], ["yes", "no", "yes"]);
});

Deno.test("matcher: probes of different lengths are matched in turn", () => {
  const matcher = new ProbeMatcher();
  const long = probe({ message: new EchoProbe() });
  const short = probe();
  for (const each of [short, long, short]) {
    const length = each.message.lengthBytes - each.message.messageStart;
    assertEquals(quote(each, length, undefined, matcher), "yes");
    assertEquals(quote(each, length, length - 1, matcher), "no");
  }
});

/** A reply that repeats a token, or does not. */
function reply(originateMs: number, checksumOk = true): ReplyMessage {
  return {
    ...{ kind: "timestamp-reply", code: 0, identifier: 0x1111, sequence: 7, checksumOk },
    ...{ originateMs, receiveMs: 1, transmitMs: 1 },
  } as unknown as ReplyMessage;
}

Deno.test("matcher: a reply with the token is proven, without it doubtful until its host is known", () => {
  const matcher = new ProbeMatcher();
  const one = probe();
  assertEquals(matcher.judge(reply(TOKEN), one), "proven");
  assertEquals(matcher.judge(reply(TOKEN, false), one), "proven");
  assertEquals(matcher.judge(reply(5), one), "doubtful");
  assertEquals(matcher.judge(reply(5, false), one), "none");
  matcher.learn(one, true);
  assertEquals(matcher.judge(reply(5), one), "changed");
  const other = probe({ target: { index: 1, label: "other", address: 2 } });
  assertEquals(matcher.judge(reply(5), other), "doubtful");
  matcher.learn(other, true);
  matcher.forget(0);
  assertEquals([matcher.judge(reply(5), one), matcher.judge(reply(5), other)], [
    "doubtful",
    "changed",
  ]);
  matcher.learn(other, false);
  assertEquals(matcher.judge(reply(5), other), "doubtful");
});

Deno.test("matcher: once numbers repeat, only a host known to change the token is believed without it", () => {
  const matcher = new ProbeMatcher();
  const again = probe({ ordinal: 65_536 });
  assertEquals(matcher.judge(reply(5), again), "none");
  matcher.learn(again, true);
  assertEquals(matcher.judge(reply(5), again), "changed");
  again.reusedSequence = true;
  assertEquals(matcher.judge(reply(5), again), "none");
  assertEquals(matcher.judge(reply(TOKEN), again), "proven");
});

Deno.test("a probe's time in the queue is that from its queue stamp to its driver stamp, and not below 0", () => {
  const at = (ns: number) => ({ realtimeNs: ns, monotonicNs: ns, source: "kernel" as const });
  const one = probe();
  one.queuedAt = at(100);
  assertEquals(one.queueNs, undefined);
  one.leftAt = at(350);
  assertEquals(one.queueNs, 250);
  one.leftAt = at(40);
  assertEquals(one.queueNs, 0);
  one.queuedAt = undefined;
  assertEquals(one.queueNs, undefined);
});
