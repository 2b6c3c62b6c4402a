/** The time in a datagram is that of the moment in which the kernel gets it, not of the moment in which it was made. */

import { assertEquals } from "@std/assert";
import { randomHashKey } from "../../../src/packet/half_sip_hash.ts";
import { EchoProbe } from "../../../src/probe/message/echo.ts";
import { TimestampProbe } from "../../../src/probe/message/timestamp.ts";
import type { ProbeMessage } from "../../../src/probe/message/message.ts";
import type { OriginateMoment } from "../../../src/probe/originate_stamps.ts";
import type { ReplyDetail } from "../../../src/probe/outcome.ts";
import { Prober } from "../../../src/probe/prober.ts";
import type { OutgoingDatagram, SendResult } from "../../../src/probe/transport.ts";
import { wholeMsOfDay } from "../../../src/time/mod.ts";
import { makeTargets } from "../../support/simulated_run.ts";
import { SimulatedTransport } from "../../support/simulated_transport.ts";

const HELD_UP_NS = 7.3e6;

/** Is held up between the making of a batch and the call that sends it. */
class SlowTransport extends SimulatedTransport {
  /** Datagrams that were only to warm up. */
  warm: OutgoingDatagram[] = [];
  /** Milliseconds of the day at which datagrams were sent. */
  readonly sentMs: number[] = [];

  override send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    this.clock.advance(HELD_UP_NS);
    const now = this.clock.now();
    for (const { restamp } of datagrams) {
      restamp?.(now);
      assertEquals(restamp?.(now) ?? false, false, "the same millisecond changes nothing");
      this.sentMs.push(wholeMsOfDay(now.realtimeNs));
    }
    return super.send(datagrams);
  }

  warmUp(datagrams: readonly OutgoingDatagram[]): void {
    this.warm.push(...datagrams);
  }
}

async function run(message: ProbeMessage, originate: OriginateMoment = "sending") {
  const transport = new SlowTransport({});
  const replies: ReplyDetail[] = [];
  const others: string[] = [];
  const prober = new Prober(
    {
      targets: makeTargets(3),
      probes: [{ message }],
      numberKey: randomHashKey(),
      count: 4,
      intervalMs: 100,
      spacingMs: 0,
      timeoutMs: 1000,
      originate,
    },
    transport,
    {
      outcome: (outcome) => {
        if (outcome.kind === "reply") replies.push(outcome.reply);
        else others.push(outcome.kind);
      },
      extra: ({ kind }) => others.push(kind),
      stray: ({ kind }) => others.push(kind),
      idle: () => {},
    },
  );
  await prober.run();
  return { transport, replies, others };
}

Deno.test("restamp: the originate is the time of the call, and replies are still known", async () => {
  const { transport, replies, others } = await run(new TimestampProbe());
  assertEquals([replies.length, others], [12, []]);
  const originates = replies.map(({ stamps }) => stamps?.originateMs ?? NaN);
  assertEquals(originates.toSorted(), transport.sentMs.toSorted());
  assertEquals(replies.flatMap(({ flags }) => flags).includes("originate-changed"), false);
});

Deno.test("restamp: what is no time is sent as it was made", async () => {
  for (const message of [new EchoProbe(), new TimestampProbe({ originateMs: 7 })]) {
    const { replies, others } = await run(message);
    assertEquals([replies.length, others], [12, []]);
  }
});

Deno.test("warm up: one datagram that does not leave, before the first that does", async () => {
  const { transport } = await run(new TimestampProbe());
  assertEquals(transport.warm.length, 1);
  assertEquals(transport.requests.length, 12);
});

Deno.test("restamp: unless it is to be exact, the originate is that of the making, and nothing is warmed up", async () => {
  const { transport, replies } = await run(new TimestampProbe(), "making");
  assertEquals(transport.warm, []);
  const originates = replies.map(({ stamps }) => stamps?.originateMs ?? NaN);
  assertEquals(originates.every((ms) => !transport.sentMs.includes(ms)), true);
});
