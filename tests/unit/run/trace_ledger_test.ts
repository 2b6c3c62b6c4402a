/** Who sends ICMP errors that are not so, and who answers for another. */

import { assert, assertEquals } from "@std/assert";
import { emitDatagram, ICMP_TYPE, parseDatagram } from "../../../src/packet/mod.ts";
import { EchoProbe } from "../../../src/probe/message/echo.ts";
import { TimestampProbe } from "../../../src/probe/message/timestamp.ts";
import type { StrayDatagram } from "../../../src/probe/outcome.ts";
import { InFlightProbe } from "../../../src/probe/probe.ts";
import { TraceLedger } from "../../../src/run/trace/ledger.ts";

const HOST = 0xc0000207, HERE = 0xc0000201, ROUTER = 0x0a000003, OTHER = 0x0a000004;
const AT = { realtimeNs: 0, monotonicNs: 0, source: "user" } as const;
const ECHO = new EchoProbe();

function probe(sequence: number, ttl: number): InFlightProbe {
  return new InFlightProbe({
    target: { index: 0, label: "host", address: HOST },
    index: 0,
    message: ECHO,
    ttl,
    identifier: 77,
    sequence,
    token: 0x1234,
    key: 0,
    ordinal: 0,
    sentAt: AT,
    timeoutNs: 1e9,
  });
}

function stray(source: number, bytes: Uint8Array): StrayDatagram {
  const parsed = parseDatagram(bytes);
  assert(parsed.ok);
  return { kind: "unmatched", source, detail: "", receivedAt: AT, datagram: parsed.value };
}

/** An error from `source` about a probe. */
function errorAbout(source: number, quoted: InFlightProbe, type: number = ICMP_TYPE.timeExceeded) {
  const request = ECHO.emit(quoted, new Uint8Array(ECHO.lengthBytes)).slice(0, 28);
  const message = { kind: "error", type, body: request } as const;
  return stray(source, emitDatagram({ header: { source, destination: HERE }, message }));
}

function open() {
  const ledger = new TraceLedger(HOST);
  const probes = [probe(1, 1), probe(2, 2), probe(3, 3)];
  for (const each of probes) ledger.add(each);
  return { ledger, probes: probes as [InFlightProbe, InFlightProbe, InFlightProbe] };
}

Deno.test("ledger: an error about a sequence number that no probe has names its sender", () => {
  const { ledger } = open();
  assertEquals(ledger.stray(errorAbout(ROUTER, probe(9, 1))), undefined);
  assertEquals([...ledger.forgers], [ROUTER]);
});

Deno.test("ledger: an error about another program's probe names no one", () => {
  const { ledger } = open();
  const foreign = probe(9, 1);
  ledger.stray(errorAbout(ROUTER, Object.assign(foreign, { identifier: 78 })));
  assertEquals(ledger.forgers.size, 0);
});

Deno.test("ledger: a late error finds its probe", () => {
  const { ledger, probes: [first] } = open();
  assertEquals(ledger.stray(errorAbout(ROUTER, first))?.probe, first);
  assertEquals(ledger.forgers.size, 0);
});

Deno.test("ledger: an answer after an error takes it back, and an error after an answer does not count", () => {
  const { ledger, probes: [first, second] } = open();
  const entry = ledger.find(first), other = ledger.find(second);
  assert(entry !== undefined && other !== undefined);
  entry.reporter = ROUTER;
  assertEquals([ledger.retract(first), [...ledger.forgers]], [ROUTER, [ROUTER]]);
  other.isAnswered = true;
  assertEquals(ledger.stray(errorAbout(OTHER, second)), undefined);
  assertEquals([...ledger.forgers], [ROUTER, OTHER]);
  // Source quench ends nothing, and its sender is not named.
  ledger.stray(errorAbout(0x0a000005, second, ICMP_TYPE.sourceQuench));
  assertEquals(ledger.forgers.size, 2);
});

Deno.test("ledger: who is first with errors for several times to live, against others, is named", () => {
  const { ledger, probes } = open();
  for (const each of probes) {
    const entry = ledger.find(each);
    assert(entry !== undefined);
    entry.reporter = ROUTER;
  }
  // One contradiction may be a path that changed.
  assertEquals(ledger.stray(errorAbout(OTHER, probes[1])), undefined);
  assertEquals(ledger.forgers.size, 0);
  assertEquals(ledger.stray(errorAbout(OTHER, probes[2]))?.probe, probes[2]);
  assertEquals([...ledger.forgers], [ROUTER]);
});

Deno.test("ledger: of many that are contradicted the first eight are followed, and each of them may be named", () => {
  const { ledger, probes: [one, other] } = open();
  const contradict = (reporter: number, about: InFlightProbe) => {
    const entry = ledger.find(about);
    assert(entry !== undefined);
    entry.reporter = reporter;
    ledger.stray(errorAbout(OTHER + 0x100, about));
  };
  for (let i = 0; i < 20; i++) contradict(ROUTER + i, one);
  contradict(ROUTER + 8, other);
  assertEquals(ledger.forgers.size, 0);
  contradict(ROUTER + 7, other);
  contradict(ROUTER, other);
  assertEquals([...ledger.forgers], [ROUTER + 7, ROUTER]);
});

Deno.test("ledger: a reply with the probe's own token from elsewhere names who answers, another token does not", () => {
  const { ledger, probes: [first] } = open();
  const replyOf = (token: number) => {
    const request = parseDatagram(
      ECHO.emit(
        { ...first, target: first.target, token } as InFlightProbe,
        new Uint8Array(ECHO.lengthBytes),
      ),
    );
    assert(request.ok && request.value.message.kind === "echo-request");
    const { identifier, sequence, payload } = request.value.message;
    const message = { kind: "echo-reply", identifier, sequence, payload } as const;
    return emitDatagram({ header: { source: OTHER, destination: HERE }, message });
  };
  ledger.stray(stray(OTHER, replyOf(0x4321)));
  assertEquals(ledger.others.size, 0);
  ledger.stray(stray(OTHER, replyOf(first.token)));
  assertEquals([...ledger.others], [OTHER]);
  // From the host itself it is an answer that comes when its probe is not waited for any more: once.
  assertEquals(ledger.stray(stray(HOST, replyOf(0x4321))), undefined);
  const answered = ledger.stray(stray(HOST, replyOf(first.token)));
  assertEquals(answered?.probe, first);
  assert(answered !== undefined);
  answered.isAnswered = true;
  assertEquals(ledger.stray(stray(HOST, replyOf(first.token))), undefined);
  assertEquals([...ledger.others], [OTHER]);
});

Deno.test("ledger: of many forgers eight are named", () => {
  const { ledger } = open();
  for (let i = 0; i < 100; i++) ledger.stray(errorAbout(ROUTER + i, probe(1000 + i, 1)));
  assertEquals(ledger.forgers.size, 8);
});

Deno.test("ledger: an error that is damaged, about another host, or without the numbers of a probe names no one", () => {
  const { ledger } = open();
  const damaged = errorAbout(ROUTER, probe(9, 1));
  const { message } = damaged.datagram as { message: object };
  ledger.stray({
    ...damaged,
    datagram: { ...damaged.datagram, message: { ...message, checksumOk: false } } as never,
  });
  const target = { index: 1, label: "other", address: HOST + 1 };
  ledger.stray(errorAbout(ROUTER, Object.assign(probe(9, 1), { target })));
  // The IPv4 header alone: RFC 792 wants eight octets more.
  const body = ECHO.emit(probe(9, 1), new Uint8Array(ECHO.lengthBytes)).slice(0, 20);
  const short = { kind: "error", type: ICMP_TYPE.timeExceeded, body } as const;
  const header = { source: ROUTER, destination: HERE };
  ledger.stray(stray(ROUTER, emitDatagram({ header, message: short })));
  ledger.stray({ kind: "malformed", source: ROUTER, detail: "", receivedAt: AT });
  assertEquals([...ledger.forgers], []);
});

Deno.test("ledger: an error about a sequence number of ours in a request of another kind names its sender", () => {
  const { ledger } = open();
  const timestamp = new TimestampProbe();
  const quoted = { ...probe(1, 1), target: probe(1, 1).target, message: timestamp };
  const body = timestamp.emit(quoted as never, new Uint8Array(timestamp.lengthBytes)).slice(0, 28);
  const message = { kind: "error", type: ICMP_TYPE.timeExceeded, body } as const;
  const datagram = emitDatagram({ header: { source: ROUTER, destination: HERE }, message });
  assertEquals(ledger.stray(stray(ROUTER, datagram)), undefined);
  assertEquals([...ledger.forgers], [ROUTER]);
});

Deno.test("ledger: the host itself may report a probe and answer it, and a router may repeat itself", () => {
  const { ledger, probes } = open();
  const [first, second] = probes;
  const entry = ledger.find(first), other = ledger.find(second);
  assert(entry !== undefined && other !== undefined);
  entry.reporter = HOST;
  assertEquals([ledger.retract(first), ledger.forgers.size], [HOST, 0]);
  other.isAnswered = true;
  assertEquals(ledger.stray(errorAbout(HOST, second)), undefined);
  other.isAnswered = false;
  for (const each of probes) {
    Object.assign(ledger.find(each) ?? {}, { reporter: ROUTER });
    assertEquals(ledger.stray(errorAbout(ROUTER, each)), undefined);
  }
  assertEquals([...ledger.forgers], []);
  assertEquals([ledger.retract(probe(9, 1)), ledger.find(probe(9, 1))], [undefined, undefined]);
});

Deno.test("ledger: a probe with the full time to live is another place than the first hop", () => {
  const ledger = new TraceLedger(HOST);
  const direct = Object.assign(probe(1, 1), { ttl: undefined }), first = probe(2, 1);
  for (const each of [direct, first]) {
    ledger.add(each);
    Object.assign(ledger.find(each) ?? {}, { reporter: ROUTER });
    ledger.stray(errorAbout(OTHER, each));
  }
  assertEquals([...ledger.forgers], [ROUTER]);
});

Deno.test("ledger: a damaged reply, one to another program and one of another kind name no one", () => {
  const { ledger, probes: [first] } = open();
  const request = parseDatagram(ECHO.emit(first, new Uint8Array(ECHO.lengthBytes)));
  assert(request.ok && request.value.message.kind === "echo-request");
  const { identifier, sequence, payload } = request.value.message;
  const echo = { kind: "echo-reply", identifier, sequence, payload } as const;
  const header = { source: OTHER, destination: HERE };
  const right = stray(OTHER, emitDatagram({ header, message: echo }));
  const { message } = right.datagram as { message: object };
  const changed = (change: object) => ({
    ...right,
    datagram: { ...right.datagram, message: { ...message, ...change } } as never,
  });
  const times = { originateMs: first.token, receiveMs: 1, transmitMs: 1 };
  const timestamp = { kind: "timestamp-reply", identifier, sequence, ...times } as const;
  const others = [
    ...[changed({ checksumOk: false }), changed({ identifier: 78 }), changed({ sequence: 9 })],
    stray(OTHER, emitDatagram({ header, message: timestamp })),
    changed({ kind: "echo-request" }),
  ];
  assertEquals(others.map((each) => ledger.stray(each)), others.map(() => undefined));
  assertEquals([...ledger.others], []);
  ledger.stray(right);
  assertEquals([...ledger.others], [OTHER]);
});
