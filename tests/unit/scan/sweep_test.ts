import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { emitDatagram } from "../../../src/packet/mod.ts";
import { Random } from "../../lab/random.ts";
import { answer } from "../../support/swept_network.ts";
import { addresses, answering, prepareSweep } from "./simulated_sweep.ts";

Deno.test("every host that answers is found once, with its stamps and round-trip time", async () => {
  const { network, listener, sweep } = prepareSweep(answering);
  const result = await sweep.run();
  assertEquals([result.sent, result.replies, result.duplicates, result.unproven], [256, 256, 0, 0]);
  assert(result.isComplete);
  assertEquals(addresses(listener.replies).size, 256);
  for (const reply of listener.replies) {
    // The path takes 10.25 ms; the originate stamp leaves half a millisecond open each way.
    assert(Math.abs(reply.rttMs - 10.25) <= 0.5, `${reply.rttMs}`);
    assertEquals([reply.ttl, reply.flags], [61, ["tick-assumed"]]);
    assertAlmostEquals(
      reply.receivedNs / 1e6 % 86_400_000 - reply.originateMs,
      reply.rttMs + 0.5,
      1e-6,
    );
  }
  assertEquals(network.probes.length, 256);
  const sent = new Map(network.probes.map((probe) => [probe.destination, probe]));
  for (const { address, identifier, sequence, originateMs, receiveMs } of listener.replies) {
    const probe = sent.get(address);
    assertEquals([identifier, sequence], [probe?.identifier, probe?.sequence]);
    assertEquals([originateMs, receiveMs], [probe?.originateMs, originateMs + 5]);
  }
  const seconds = ((network.sentNs.at(-1) as number) - (network.sentNs[0] as number)) / 1e9;
  assertAlmostEquals(255 / seconds, 1000, 10);
});

Deno.test("midnight is no event", async () => {
  const { listener, sweep } = prepareSweep(answering, { startMs: 86_399_900 });
  await sweep.run();
  assertEquals(listener.replies.length, 256);
  assert(listener.replies.some(({ originateMs }) => originateMs > 86_399_000), "some left before");
  assert(listener.replies.some(({ originateMs }) => originateMs < 1000), "some left after");
  for (const { rttMs } of listener.replies) assert(Math.abs(rttMs - 10.25) <= 0.5, `${rttMs}`);
});

Deno.test("repeated, misdirected, changed and odd replies are told apart", async () => {
  const { listener, sweep } = prepareSweep((probe) => {
    const host = probe.destination & 0xff;
    const one = (bytes: Uint8Array) => ({ bytes, delayMs: 5 });
    if (host === 1) return [one(answer(probe)), one(answer(probe)), one(answer(probe))];
    if (host === 2) return [one(answer(probe, { source: 0x0a010003 }))];
    if (host === 3) return [one(answer(probe, { originateMs: probe.originateMs + 1 }))];
    if (host === 4) return [one(answer(probe, { checksum: 0x1234 }))];
    if (host === 5) return [one(answer(probe, { code: 1 }))];
    if (host === 6) return [one(answer(probe, { receiveMs: 0x80000001, transmitMs: 0x80000001 }))];
    if (host === 7) return [one(answer(probe).subarray(0, 30))];
    return [];
  });
  const result = await sweep.run();
  const { replies, duplicates, unproven, malformed } = result;
  assertEquals({ replies, duplicates, unproven, malformed }, {
    replies: 4,
    duplicates: 2,
    unproven: 2,
    malformed: 1,
  });
  const flags = listener.replies.map(({ address, flags }) => `${address & 0xff} ${flags}`).sort();
  assertEquals(flags, [
    "1 duplicate,tick-assumed",
    "1 duplicate,tick-assumed",
    "1 tick-assumed",
    "4 bad-checksum",
    "5 odd-code,tick-assumed",
    "6 non-standard,tick-assumed",
  ]);
});

Deno.test("an ICMP error is traced to its probe by eight quoted octets and by the whole", async () => {
  const router = 0x0a0000fe;
  const { listener, sweep } = prepareSweep((probe) => {
    const quoted = (probe.destination & 1) === 0 ? 28 : 40;
    const body = probe.bytes.subarray(0, quoted);
    const header = { source: router, destination: 0x0a000001, ttl: 63 };
    const message = { kind: "error", type: 3, code: 1, body } as const;
    return [{ bytes: emitDatagram({ header, message }), delayMs: 20 }];
  });
  const result = await sweep.run();
  assertEquals([result.replies, result.icmpErrors, result.unproven], [0, 256, 0]);
  assertEquals(addresses(listener.refusals).size, 256);
  for (const { reporter, type, code, rttMs } of listener.refusals) {
    assertEquals([reporter, type, code], [router, 3, 1]);
    assert(Math.abs(rttMs - 20) <= 0.5, `${rttMs}`);
  }
});

Deno.test("source quench, redirect and an error with a wrong checksum end no probe, as in ping", async () => {
  const router = 0x0a0000fe;
  const { listener, sweep } = prepareSweep((probe) => {
    const type = [3, 4, 5, 12][probe.destination & 3] as number;
    const header = { source: router, destination: 0x0a000001, ttl: 63 };
    const message = { kind: "error", type, code: 1, body: probe.bytes.slice(0, 28) } as const;
    const bytes = emitDatagram({ header, message });
    if (type === 12) bytes[22] = (bytes[22] as number) ^ 1;
    return [{ bytes, delayMs: 20 }];
  });
  const result = await sweep.run();
  assertEquals([result.icmpErrors, result.notices, result.unproven], [64, 192, 0]);
  assertEquals(new Set(listener.refusals.map(({ type }) => type)), new Set([3]));
});

Deno.test("a hundred thousand forged replies and errors: none accepted", async () => {
  const random = new Random(21);
  const forge = (number: number): Uint8Array => {
    const destination = 0x0a010000 + random.u32() % 256;
    const fields = {
      identifier: random.u32() & 0xffff,
      sequence: random.u32() & 0xffff,
      originateMs: 43_200_000 + random.u32() % 300,
    };
    if (number % 2 === 0) {
      return answer({ source: 0, destination, ...fields, bytes: new Uint8Array() });
    }
    const quoted = emitDatagram({
      header: { source: 0x0a000001, destination },
      message: { kind: "timestamp-request", ...fields },
    });
    const body = quoted.subarray(0, number % 4 === 1 ? 28 : 40);
    const header = { source: 0x0a0000fe, destination: 0x0a000001 };
    return emitDatagram({ header, message: { kind: "error", type: 3, body } });
  };
  const { network, listener, sweep } = prepareSweep(() =>
    Array.from({ length: 400 }, (_, number) => ({ bytes: forge(number), delayMs: 1 }))
  );
  const result = await sweep.run();
  assertEquals(network.probes.length, 256);
  assertEquals(result.unproven, 256 * 400);
  assertEquals([listener.replies.length, listener.refusals.length], [0, 0]);
});

Deno.test("replies that a witness saw and the scan did not receive are counted as blocked", async () => {
  for (const blockedHosts of [0, 1, 128, 256]) {
    let seen = 0;
    const { listener, sweep } = prepareSweep((probe) => {
      seen++;
      return (probe.destination & 0xff) < blockedHosts
        ? []
        : [{ bytes: answer(probe), delayMs: 0.01 }];
    }, { options: { witness: { seen: () => seen } } });
    const result = await sweep.run();
    assertEquals([result.replies, result.blocked], [256 - blockedHosts, blockedHosts]);
    const isTotal = blockedHosts === 256;
    assertEquals([result.isComplete, result.trouble?.reason], [
      !isTotal,
      isTotal ? "blocked" : undefined,
    ]);
    assertEquals(listener.checkpointed.position, isTotal ? 0 : 256, "the place is kept");
  }
});

Deno.test("no place is kept while all replies are blocked, however long it takes", async () => {
  let seen = 0;
  const { listener, sweep } = prepareSweep(() => {
    seen++;
    return [];
  }, {
    block: "10.1.0.0/20",
    options: { rate: 1000, cooldownMs: 100, witness: { seen: () => seen } },
  });
  const result = await sweep.run();
  assertEquals([result.trouble?.reason, result.blocked], ["blocked", 4096]);
  assertEquals(listener.checkpointed.position, 0);
});

Deno.test("replies that a witness saw and that are not read yet are not blocked", async () => {
  let seen = 0;
  // Seen on the wire at once, read after 300 ms: every progress but the last finds fewer read than seen.
  const { listener, sweep } = prepareSweep((probe) => {
    seen++;
    return [{ bytes: answer(probe), delayMs: 300 }];
  }, { block: "10.1.0.0/20", options: { witness: { seen: () => Math.max(0, seen - 320) } } });
  const result = await sweep.run();
  assertEquals([result.replies, result.blocked], [4096, 0]);
  assertEquals(listener.progresses.filter(({ blocked }) => blocked > 0), []);
});

Deno.test("a full queue loses nothing: the scan backs off and sends the rest later", async () => {
  const { network, listener, sweep } = prepareSweep(answering, { options: { rate: Infinity } });
  let calls = 0;
  network.refusals = (_from, count) =>
    calls++ % 3 === 0 ? Math.floor(count / 2) : calls % 3 === 2 ? 0 : count;
  const result = await sweep.run();
  assertEquals([result.sent, result.unsent, result.replies], [256, 0, 256]);
  assert(result.backoffs > 0);
  assertEquals(new Set(network.probes.map(({ destination }) => destination)).size, 256);
  assertEquals(addresses(listener.replies).size, 256);
});

Deno.test("probes without room get a new originate stamp when they are tried again", async () => {
  const { network, listener, sweep } = prepareSweep(answering, { block: "10.1.0.0/20" });
  let calls = 0;
  network.refusals = (_from, count) => calls++ % 20 < 15 ? 0 : count;
  const result = await sweep.run();
  assert(result.backoffs > 100);
  assertEquals(listener.replies.length, 4096);
  for (const [index, { originateMs }] of network.probes.entries()) {
    const ageMs = (network.sentNs[index] as number) / 1e6 - originateMs;
    assert(ageMs >= 0 && ageMs < 2, `probe ${index} is ${ageMs} ms old`);
  }
});

Deno.test("a probe that the kernel refuses is reported and does not stop the next", async () => {
  const { network, listener, sweep } = prepareSweep(answering);
  let calls = 0;
  network.refusals = (_from, count) => calls++ % 10 === 9 ? -1 : count;
  const result = await sweep.run();
  assertEquals(result.sent + result.unsent, 256);
  assert(result.unsent > 10);
  assertEquals(listener.unsentProbes.length, result.unsent);
  assert(listener.unsentProbes.every(({ errno }) => errno === 1));
  const told = addresses(listener.unsentProbes);
  assertEquals(told.intersection(addresses(listener.replies)).size, 0);
  assertEquals(told.union(addresses(listener.replies)).size, 256);
});

Deno.test("a probe that the kernel refuses is sent again as often as is asked for", async () => {
  const refuseTwice = (network: ReturnType<typeof prepareSweep>["network"]) => {
    let calls = 0;
    network.refusals = (_from, count) => calls++ % 3 < 2 ? -1 : Math.min(count, 7);
  };
  const twice = prepareSweep(answering, { options: { retries: 2 } });
  refuseTwice(twice.network);
  const whole = await twice.sweep.run();
  assertEquals([whole.sent, whole.unsent, whole.replies], [256, 0, 256]);
  const once = prepareSweep(answering, { options: { retries: 1 } });
  refuseTwice(once.network);
  const { sent, unsent } = await once.sweep.run();
  assert(unsent > 0);
  assertEquals(sent + unsent, 256);
});

Deno.test("two probes per target are two replies, no duplicates", async () => {
  const { listener, sweep } = prepareSweep(answering, { probesPerTarget: 2 });
  const result = await sweep.run();
  assertEquals([result.sent, result.replies, result.duplicates], [512, 512, 0]);
  assertEquals(addresses(listener.replies).size, 256);
});

for (const threads of [0, 3]) {
  Deno.test(`passes over few targets lie a millisecond apart at any rate, threads: ${threads}: no reply is a duplicate`, async () => {
    const { network, sweep } = prepareSweep(answering, {
      ...{ block: "10.1.0.0/28", probesPerTarget: 40, threads, options: { rate: Infinity } },
    });
    const result = await sweep.run();
    assertEquals([result.sent, result.replies, result.duplicates], [640, 640, 0]);
    const datagrams = new Set(network.probes.map(({ bytes }) => bytes.join()));
    assertEquals(datagrams.size, 640);
  });
}

for (const threads of [0, 3]) {
  Deno.test(`passes lie apart also when probes are tried again, threads: ${threads}`, async () => {
    for (const every of [2, 7, 37, 50]) {
      const { network, sweep } = prepareSweep(answering, {
        ...{ block: "10.1.0.0/31", probesPerTarget: 200, threads, options: { rate: Infinity } },
      });
      let calls = 0;
      network.refusals = (_from, count) => ++calls % every === 0 ? count : 0;
      const result = await sweep.run();
      assertEquals([result.sent, result.replies, result.duplicates], [400, 400, 0]);
    }
  });
}

Deno.test("one host that repeats itself is counted in full and reported a thousand times", async () => {
  const { listener, sweep } = prepareSweep((probe) => {
    const error = { kind: "error", type: 11, body: probe.bytes } as const;
    const header = { source: 0x0a0000fe, destination: 0x0a000001 };
    return [...Array(5000)].flatMap((_, number) => [
      { bytes: answer(probe), delayMs: 1 + number / 100 },
      { bytes: emitDatagram({ header, message: error }), delayMs: 1 + number / 100 },
    ]);
  }, { block: "10.1.0.0/32" });
  const result = await sweep.run();
  assertEquals([result.replies, result.duplicates, result.icmpErrors], [1, 4999, 5000]);
  assertEquals([listener.replies.length, listener.refusals.length], [1011, 1002]);
});

Deno.test("a flood does not keep a scan from ending, nor from hearing a stop", async () => {
  for (const isStopped of [false, true]) {
    const { network, sweep } = prepareSweep(answering, {
      options: { rate: Infinity, cooldownMs: isStopped ? 3_600_000 : 50 },
    });
    const { receive } = network;
    // Each look finds a whole batch, whatever was read before.
    network.receive = () => {
      network.pause(0.01);
      for (let i = 0; i < network.capacity; i++) network.deliver(new Uint8Array(8), 0);
      return receive.call(network);
    };
    let turns = 0;
    const { yieldToEventLoop } = network;
    network.yieldToEventLoop = () => {
      if (++turns === 10_000) throw new Error("it does not end");
      if (isStopped) sweep.stop();
      return yieldToEventLoop.call(network);
    };
    const result = await sweep.run();
    assertEquals(result.isComplete, !isStopped);
  }
});

Deno.test("what lies unread in the socket is not settled: a reader that is slow and a kill cost no address", async () => {
  const { network, listener, sweep } = prepareSweep(answering, {
    ...{ block: "10.1.0.0/20", options: { cooldownMs: 100 } },
  });
  const { receive, now } = network;
  // From the 500th probe on nothing is read any more.
  network.receive = () => {
    if (network.probes.length < 500) return receive.call(network);
    network.bytes.fill(0);
    return network.capacity;
  };
  class Kill extends Error {}
  network.now = () => {
    if (network.probes.length > 3500) throw new Kill();
    return now.call(network);
  };
  await assertRejects(() => sweep.run(), Kill);
  const { position } = listener.checkpointed;
  assert(position <= 500, `${position} are settled, 500 were heard of`);
});

Deno.test("a second stop makes a scan interrupted, however much was sent", async () => {
  const { network, listener, sweep } = prepareSweep(answering, { options: { cooldownMs: 5000 } });
  const { wait } = network;
  network.wait = (timeoutMs) => {
    if (network.probes.length === 256) sweep.stop();
    wait.call(network, timeoutMs);
  };
  const result = await sweep.run();
  assertEquals([result.sent, result.position, result.isComplete], [256, 256, false]);
  assert(listener.checkpointed.position < 256);
});

Deno.test("skipped addresses are passed over and cost no other address its probe", async () => {
  const skipped = new Set([0, 1, 77, 254, 255].map((host) => 0x0a010000 + host));
  for (const rate of [1000, Infinity]) {
    const { network, sweep, order } = prepareSweep(answering, { options: { skipped, rate } });
    const result = await sweep.run();
    assertEquals([result.sent, result.replies, result.position], [251, 251, order.length]);
    const probed = addresses(network.probes.map(({ destination }) => ({ address: destination })));
    assertEquals([probed.size, probed.intersection(skipped).size], [251, 0]);
  }
});

Deno.test("a stop sends no more and still waits for what is under way", async () => {
  const { network, listener, sweep } = prepareSweep(answering);
  network.beforeTransmit = () => network.probes.length >= 100 && sweep.stop();
  const result = await sweep.run();
  assert(result.position >= 100 && result.position < 110, `${result.position}`);
  assert(!result.isComplete);
  assertEquals(result.replies, result.sent);
  assertEquals(listener.checkpointed.position, result.position);
});

Deno.test("killed at ten random moments and resumed, no address is missing and repeats are bounded", async () => {
  const random = new Random(31);
  const rate = 1000, cooldownMs = 500;
  const block = "10.1.0.0/20", total = 4096;
  const found = new Set<number>();
  let probed = 0, startPosition = 0;
  class Kill extends Error {}
  for (let run = 0; run <= 10; run++) {
    const killAfter = run === 10 ? Infinity : 200 + random.u32() % 2500;
    const { network, listener, sweep } = prepareSweep(answering, {
      block,
      options: { rate, cooldownMs, startPosition },
      startMs: 43_200_000 + run * 10_000,
    });
    network.beforeTransmit = () => {
      if (network.probes.length >= killAfter) throw new Kill();
    };
    try {
      await sweep.run();
    } catch (error) {
      if (!(error instanceof Kill)) throw error;
    }
    probed += network.probes.length;
    // Only what was handed over before the checkpoint is on disk; the rest died with the program.
    const kept = listener.replies.slice(0, listener.checkpointed.replies);
    for (const { address } of kept) found.add(address);
    const settled = Math.max(startPosition, listener.checkpointed.position);
    const repeats = startPosition + network.probes.length - settled;
    assert(repeats <= rate * (cooldownMs / 1000 + 1.1), `${repeats} probes will be repeated`);
    startPosition = settled;
  }
  assertEquals(startPosition, total);
  assertEquals(found.size, total);
  assert(probed > total, "the kills cost nothing: they did not happen");
});

Deno.test("kernel drops are in the result and in the progress", async () => {
  const { network, listener, sweep } = prepareSweep(answering);
  network.dropped = 17;
  const result = await sweep.run();
  assertEquals(result.dropped, 17);
  assertEquals(listener.progresses.at(-1)?.dropped, 17);
});

Deno.test("progress says how far the scan is", async () => {
  const { listener, sweep, order } = prepareSweep(answering, { block: "10.1.0.0/20" });
  await sweep.run();
  const [first] = listener.progresses;
  if (first === undefined) throw new Error("no progress");
  assertEquals([first.length, first.phase], [order.length, "sending"]);
  assertAlmostEquals(first.sendRate, 1000, 10);
  assertAlmostEquals(first.remainingSeconds, (4096 - first.position) / 1000, 0.1);
  const last = listener.progresses.at(-1);
  assertEquals([last?.position, last?.remainingSeconds, last?.phase], [4096, 0, "cooldown"]);
});

for (const threads of [0, 4]) {
  // A second of probes waits in front of a link: more than the cooldown.
  const link = { frameNs: 1e6, roomFrames: 1000 / Math.max(1, threads) };
  Deno.test(`a slow link, threads: ${threads}: the cooldown begins when the last probe has left`, async () => {
    const { network, listener, sweep } = prepareSweep(answering, {
      ...{ block: "10.1.0.0/20", threads, options: { rate: Infinity } },
    });
    network.link = link;
    const result = await sweep.run();
    assertEquals([result.sent, result.replies], [4096, 4096]);
    assertEquals(addresses(listener.replies).size, 4096);
    assert(result.backoffs > 0, "the link was fast");
    assertAlmostEquals(result.sendingSeconds, 4.1, 0.05);
    assertAlmostEquals(result.elapsedSeconds, 4.6, 0.05);
  });

  Deno.test(`a slow link, threads: ${threads}: killed and resumed, no address is missing`, async () => {
    const random = new Random(56);
    const found = new Set<number>();
    let startPosition = 0, resumed = 0;
    class Kill extends Error {}
    for (let run = 0; startPosition < 8192; run++) {
      const { network, listener, sweep } = prepareSweep(answering, {
        ...{ block: "10.1.0.0/19", threads, startMs: 43_200_000 + run * 20_000 },
        options: { rate: Infinity, cooldownMs: 300, startPosition },
      });
      network.link = link;
      const { now } = network;
      const killNs = now.call(network).monotonicNs + (2500 + random.u32() % 2500) * 1e6;
      network.now = () => {
        const instant = now.call(network);
        if (run < 5 && instant.monotonicNs > killNs) throw new Kill();
        return instant;
      };
      try {
        await sweep.run();
      } catch (error) {
        if (!(error instanceof Kill)) throw error;
      }
      // Replies to what waits in a killed program's queue reach no program.
      const kept = listener.replies.slice(0, listener.checkpointed.replies);
      for (const { address } of kept) found.add(address);
      if (listener.checkpointed.position > 0 && startPosition < 8192) resumed++;
      startPosition = Math.max(startPosition, listener.checkpointed.position);
    }
    assert(resumed > 3, `resumed at ${resumed} places`);
    assertEquals([startPosition, found.size], [8192, 8192]);
  });
}

Deno.test("a queue of which nothing leaves is not waited for without end, and its probes are not settled", async () => {
  const { network, listener, sweep } = prepareSweep(answering, { options: { rate: Infinity } });
  network.link = { frameNs: 1e15, roomFrames: 1000 };
  const result = await sweep.run();
  assertEquals([result.sent, result.replies, result.isComplete], [256, 0, false]);
  assert(result.stuck >= 256, `${result.stuck} stuck`);
  assertEquals(listener.checkpointed.position, 0);
  assertAlmostEquals(result.elapsedSeconds, 10.5, 0.05);
});

Deno.test("a link that pauses for nine seconds is waited for", async () => {
  const { network, sweep } = prepareSweep(answering, { options: { rate: Infinity } });
  network.link = { frameNs: 9e9, roomFrames: 1000 };
  const { now } = network;
  network.now = () => {
    if (network.probes.length === 3) network.link = { frameNs: 1e6, roomFrames: 1000 };
    return now.call(network);
  };
  network.refusals = (_from, count) => Math.min(count, 3);
  const result = await sweep.run();
  assertEquals([result.sent, result.replies, result.stuck, result.isComplete], [256, 256, 0, true]);
});

Deno.test("hosts on the link that do not report their hardware addresses are waited for no longer than a cooldown", async () => {
  const { network, sweep, order } = prepareSweep(answering, {
    options: { rate: Infinity, isDirect: true },
  });
  network.link = { frameNs: 1e15, roomFrames: 1000 };
  const result = await sweep.run();
  assertEquals([result.position, result.isComplete], [order.length, true]);
  assertAlmostEquals(result.elapsedSeconds, 0.75, 0.05);
});
