/** What a sender makes of the probes that are due, and what it keeps of those that the kernel does not take. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { AnsweredTargets } from "../../../src/probe/answered_targets.ts";
import { InFlightTable } from "../../../src/probe/in_flight_table.ts";
import { EchoProbe } from "../../../src/probe/message/echo.ts";
import { TimestampProbe } from "../../../src/probe/message/timestamp.ts";
import type { ProbeOutcome } from "../../../src/probe/outcome.ts";
import type { InFlightProbe } from "../../../src/probe/probe.ts";
import { ProbeNumbers } from "../../../src/probe/probe_numbers.ts";
import { ProbeSender } from "../../../src/probe/probe_sender.ts";
import type { ProberOptions } from "../../../src/probe/prober_options.ts";
import { RetryQueue } from "../../../src/probe/retry_queue.ts";
import { Schedule } from "../../../src/probe/schedule.ts";
import { TransmitTimestamps } from "../../../src/probe/transmit_timestamps.ts";
import { TIMESTAMP_PROBES } from "../../support/probes.ts";
import { FIRST_HOST, makeTargets } from "../../support/simulated_run.ts";
import { SimulatedTransport } from "../../support/simulated_transport.ts";

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** A sender to hosts that are all due at once, and what it reports. `refuse` names an error for a probe with that number. */
function open(
  options: Partial<ProberOptions> & { count?: number; hosts?: number } = {},
  refuse: (number: number) => string | undefined = () => undefined,
) {
  const { hosts = 1, count = 1 } = options;
  const targets = makeTargets(hosts);
  const all: ProberOptions = {
    ...{ targets, probes: TIMESTAMP_PROBES, count, intervalMs: 0, timeoutMs: 1000 },
    numberKey: { k0: 1, k1: 2 },
    ...options,
  };
  const transport = new SimulatedTransport({});
  let number = 0;
  const { send } = transport;
  transport.send = (datagrams) =>
    datagrams.map((datagram) => {
      const code = refuse(number++);
      if (code === undefined) return send.call(transport, [datagram])[0] as never;
      return { ok: false, error: { syscall: "sendmmsg", errno: 1, code, message: code } };
    });
  const table = new InFlightTable(1000);
  const outcomes: ProbeOutcome[] = [], sent: InFlightProbe[] = [];
  const answered = new AnsweredTargets(hosts);
  const sender = new ProbeSender(all, {
    ...{ transport, table, answered, stamps: new TransmitTimestamps(transport) },
    numbers: new ProbeNumbers(targets, all),
    isProven: () => false,
    listener: {
      sent: (probe) => void sent.push(probe as InFlightProbe),
      outcome: (outcome) => void outcomes.push(outcome),
      ...{ extra() {}, stray() {}, idle: () => undefined },
    },
  });
  const schedule = new Schedule({
    ...{ targetCount: hosts, probes: all.probes, count, intervalMs: all.intervalMs },
    dither: () => 0,
  }, 0);
  const queue = new RetryQueue(schedule);
  return { sender, queue, transport, table, outcomes, sent, answered };
}

const codesOf = (outcomes: readonly ProbeOutcome[]) =>
  outcomes.map((outcome) =>
    outcome.kind === "unsent"
      ? `${outcome.target.index}.${outcome.index} ${outcome.error.code}`
      : outcome.kind
  );

Deno.test("sender: one batch holds 64 probes, and says whether more may be due", () => {
  for (const [hosts, batches] of [[63, [63]], [64, [64, 0]], [65, [64, 1]]] as const) {
    const { sender, queue, sent } = open({ hosts });
    for (const size of batches) {
      const before = sent.length;
      const { first, isFull } = sender.sendDue(queue, 0);
      assertEquals([sent.length - before, isFull], [size, size === 64]);
      assertEquals(first, sent[before]);
    }
    assertEquals(new Set(sent.map(({ target }) => target.index)).size, hosts);
  }
});

Deno.test("sender: groups are put off by the fraction of probes so far over the golden ratio, in milliseconds", () => {
  const { sender, queue } = open({ hosts: 5, count: 2, intervalMs: 1000 });
  assertEquals(sender.ditherNs, 0);
  for (let probes = 1; probes <= 5; probes++) {
    sender.sendDue(queue, (probes - 1) * 200e6);
    const expectedNs = (probes * GOLDEN % 1) * 1e6;
    assert(Math.abs(sender.ditherNs - expectedNs) < 1e-3, `${probes}: ${sender.ditherNs}`);
  }
});

Deno.test("sender: a probe's time begins when the call that sent it was over, by the latest clock", () => {
  const { sender, queue, transport, sent } = open({ hosts: 3 });
  sender.sendDue(queue, 0);
  // Handing over takes 0.4 µs for each.
  const overNs = transport.clock.nowNs;
  assertEquals(overNs, 1200);
  assertEquals(sent.map(({ deadlineNs }) => deadlineNs), [1e9, 1e9, 1e9].map((ns) => ns + overNs));
});

Deno.test("sender: with a backoff each further probe of a target waits longer, and an earlier one tried again as long", () => {
  const { sender, queue, sent } = open(
    { count: 3, backoff: 1.5 },
    (number) => number === 1 ? "ENOBUFS" : undefined,
  );
  for (const nowNs of [0, 1e9]) sender.sendDue(queue, nowNs);
  assertEquals(sent.map(({ index, timeoutNs }) => [index, timeoutNs]), [
    ...[[0, 1e9], [2, 2.25e9], [1, 2.25e9]],
  ]);
  assert(sent.every(({ deadlineNs }, place) => deadlineNs >= (sent[place - 1]?.deadlineNs ?? 0)));
});

Deno.test("sender: what finds no room is tried again before the rest, with its number; other refusals are final", () => {
  const refused = new Map([[0, "EAGAIN"], [1, "EPERM"], [2, "ENOBUFS"]]);
  const { sender, queue, sent, outcomes } = open({ hosts: 4 }, (number) => refused.get(number));
  assertEquals(sender.sendDue(queue, 0).first, undefined);
  assertEquals([codesOf(outcomes), sent.length], [["1.0 EPERM"], 1]);
  sender.sendDue(queue, 1e9);
  assertEquals(sent.map(({ target }) => target.index), [3, 0, 2]);
  assertEquals(sent.map(({ ordinal }) => ordinal), [0, 0, 0]);
  // Keys are those of attempts: the transmit stamp of one is no other's.
  assertEquals(sent.map(({ key }) => key), [3, 4, 5]);
  assertEquals(queue.done, true);
});

Deno.test("sender: what still finds no room at the end is unsent, once for each probe", () => {
  const { sender, queue, outcomes } = open({ hosts: 3 }, () => "ENOBUFS");
  sender.sendDue(queue, 0);
  assertEquals(outcomes, []);
  sender.abandon(queue);
  assertEquals(codesOf(outcomes), ["0.0 ENOBUFS", "1.0 ENOBUFS", "2.0 ENOBUFS"]);
  sender.abandon(queue);
  assertEquals(outcomes.length, 3);
});

Deno.test("sender: a target that has answered is asked no more, whether its probe is due or held", () => {
  const { sender, queue, sent, outcomes, answered } = open(
    { hosts: 3, count: 2, intervalMs: 3000 },
    (number) => number === 0 ? "ENOBUFS" : undefined,
  );
  sender.sendDue(queue, 0);
  const listener = answered.listener({ outcome() {}, extra() {}, stray() {}, idle() {} });
  for (const index of [0, 1]) {
    listener.outcome({ kind: "reply", probe: { target: { index } } } as ProbeOutcome);
  }
  sender.sendDue(queue, 1e9);
  assertEquals(codesOf(outcomes), ["0.0 ENOBUFS"]);
  for (let turn = 0; turn < 3; turn++) sender.sendDue(queue, 60e9);
  assertEquals(sent.map(({ target }) => target.index), [2, 2]);
  assertEquals(queue.done, true);
});

Deno.test("sender: a target whose address is not known is passed over until it is, another host takes its numbers", () => {
  const targets = [{ index: 0, label: "later.example", address: 0 }];
  const { sender, queue, sent } = open({ targets, count: 3, intervalMs: 1000 });
  sender.sendDue(queue, 0);
  assertEquals(sent, []);
  sender.move(0, FIRST_HOST);
  // A round is put off by 10 ms at most.
  sender.sendDue(queue, 1.02e9);
  assertEquals(sent.map(({ target, index }) => [target.address, target.label, index]), [
    [FIRST_HOST, "later.example", 1],
  ]);
  sender.replace({ index: 0, label: "other.example", address: FIRST_HOST + 1 });
  sender.sendDue(queue, 2.02e9);
  assertEquals(sent.at(-1)?.target.label, "other.example");
});

Deno.test("sender: 65,536 probes of a target may be out at once, and no more", () => {
  const { sender, queue, sent, table } = open({ count: 65_537 });
  for (let batch = 0; batch < 1024; batch++) sender.sendDue(queue, 0);
  assertEquals([sent.length, table.pending], [65_536, 65_536]);
  assertThrows(
    () => sender.sendDue(queue, 0),
    RangeError,
    "Cannot send probe 65536 to host-0: all 65536 sequence numbers are pending",
  );
  const again = open({ count: 65_537 });
  for (let batch = 0; batch < 1024; batch++) again.sender.sendDue(again.queue, 0);
  again.table.settle(again.sent[0] as InFlightProbe, "reply");
  again.sender.sendDue(again.queue, 0);
  assertEquals([again.sent.length, again.sent.at(-1)?.reusedSequence], [65_537, true]);
});

Deno.test("sender: warming up is for exact originates alone, and takes no number from the run", () => {
  const message = new TimestampProbe(), echo = new EchoProbe();
  for (const originate of ["making", "sending", "sending-after-proof"] as const) {
    const { sender, queue, transport, sent } = open({
      originate,
      probes: [{ message }, { message: echo }],
    });
    const warmed: number[] = [];
    Object.assign(transport, {
      warmUp: (datagrams: readonly { key: number }[]) =>
        void warmed.push(...datagrams.map(({ key }) => key)),
    });
    sender.warmUp();
    assertEquals(warmed, originate === "sending" ? [0] : []);
    sender.sendDue(queue, 0);
    const plain = open({ originate });
    plain.sender.sendDue(plain.queue, 0);
    assertEquals([sent[0]?.key, sent[0]?.sequence], [0, plain.sent[0]?.sequence]);
  }
});
