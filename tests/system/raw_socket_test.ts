import { assert, assertEquals, assertGreaterOrEqual, assertThrows } from "@std/assert";
import { type RawSocketOptions, SystemError } from "../../ffi/mod.ts";
import { Namespace, VethPair } from "../support/namespace.ts";
import { withoutNetRaw } from "../support/program.ts";
import { exchange, openRawSocket, whyNoKeys } from "../support/raw_exchange.ts";
import {
  addressNumber,
  buildRequest,
  readDestination,
  readSequence,
} from "../support/request_bytes.ts";
import { runCommand } from "../support/command.ts";
import { openSlowPair, readQueue } from "../support/slow_pair.ts";
import { systemTest } from "../support/tools.ts";
import { until } from "../support/until.ts";

const loopback = addressNumber("127.0.0.1");
const ways: readonly (readonly [string, RawSocketOptions, (string | undefined)?])[] = [
  ["stamps by key", { attribution: "key" }, whyNoKeys()],
  ["stamps by content", { attribution: "content" }],
  ["user stamps", { kernelStamps: false }],
];

for (const [way, options, missing] of ways) {
  systemTest({
    name: `a host beyond a cable answers, from a source that the kernel chose (${way})`,
    namespaces: true,
    missing,
  }, async () => {
    // The seed's defect: an invented source address, so EADDRNOTAVAIL everywhere but on loopback.
    await using pair = await VethPair.open();
    using socket = openRawSocket(pair.near, options);
    const far = addressNumber(pair.farAddress);
    const { outcomes, arrivals } = await exchange(socket, [far, far, far], 3);
    assertEquals(outcomes, ["ok", "ok", "ok"]);
    for (const [index, { bytes, source, truncated }] of arrivals.entries()) {
      assertEquals([bytes.length, bytes[20], readSequence(bytes)], [40, 14, index]);
      assertEquals([source, readDestination(bytes)], [far, addressNumber(pair.nearAddress)]);
      assertEquals(truncated, false);
    }
  });

  systemTest({
    name:
      `what does not fit is cut and flagged, and nothing beyond the received bytes shows (${way})`,
    namespaces: true,
    missing,
  }, async () => {
    await using namespace = await Namespace.open();
    using whole = openRawSocket(namespace, { ...options, icmpTypes: [0] });
    using narrow = openRawSocket(namespace, { ...options, icmpTypes: [0], slotBytes: 64 });
    const echo = { type: 8, icmpBytes: 200 };
    const long = await exchange(whole, [loopback], 1, echo);
    assertEquals(long.arrivals.map((each) => [each.bytes.length, each.truncated]), [[220, false]]);
    const cut = await exchange(narrow, [], 1);
    assertEquals(cut.arrivals.map((each) => [each.bytes.length, each.truncated]), [[64, true]]);
    assertEquals(cut.arrivals[0]?.bytes, long.arrivals[0]?.bytes.subarray(0, 64));
    // The same slot again, with less: no stale byte of the long one may show.
    const short = await exchange(whole, [loopback], 1, { type: 8, icmpBytes: 8 });
    assertEquals(short.arrivals.map((each) => each.bytes.length), [28]);
    assertEquals(short.arrivals[0]?.truncated, false);
  });

  systemTest({
    name: `what finds no room in a queue is refused with ENOBUFS, and nothing else is (${way})`,
    tools: ["tc", "ping"],
    namespaces: true,
    missing,
  }, async () => {
    await using pair = await openSlowPair("2000");
    using socket = openRawSocket(pair.near, options);
    const far = addressNumber(pair.farAddress);
    const { outcomes } = await exchange(socket, Array(100).fill(far), 0);
    const taken = outcomes.filter((outcome) => outcome === "ok").length;
    assertEquals(new Set(outcomes), new Set(["ok", "ENOBUFS"]));
    const { sent, waiting } = await readQueue(pair);
    assertEquals(taken, sent + waiting);
  });

  systemTest({
    name: `what a full receive buffer dropped is counted exactly (${way})`,
    namespaces: true,
    missing,
  }, async () => {
    // Not over loopback: a full buffer also drops, and counts, what the ICMP filter would have kept out.
    await using pair = await VethPair.open();
    using socket = openRawSocket(pair.near, { ...options, receiveBufferBytes: 1 });
    const far = addressNumber(pair.farAddress);
    await exchange(socket, [far], 1);
    const { outcomes, arrivals } = await exchange(socket, Array(300).fill(far), 0);
    assertEquals(new Set(outcomes), new Set(["ok"]));
    let came = arrivals.length;
    // On a busy machine the kernel answers some of them after the last one was sent.
    await until("300 have come or were dropped", async () => {
      came += (await exchange(socket, [], 0)).arrivals.length;
      return came + socket.droppedDatagrams() >= 300;
    });
    const dropped = socket.droppedDatagrams();
    assert(dropped > 0 && came > 0, `${dropped} dropped, ${came} came`);
    assertEquals(came + dropped, 300);
  });

  systemTest(
    { name: `a closed socket refuses, and says so (${way})`, namespaces: true, missing },
    async () => {
      await using namespace = await Namespace.open();
      const socket = openRawSocket(namespace, options);
      await exchange(socket, [loopback], 1);
      socket.close();
      socket.close();
      const { outcomes, arrivals, stamps } = await exchange(socket, [loopback, loopback], 0);
      assertEquals({ outcomes, arrivals, stamps }, {
        outcomes: ["EBADF", "EBADF"],
        arrivals: [],
        stamps: [],
      });
      await socket.wait(60_000);
      socket.wake();
      assertEquals(socket.droppedDatagrams(), 0);
    },
  );

  systemTest(
    { name: `signals interrupt nothing (${way})`, namespaces: true, missing },
    async () => {
      await using namespace = await Namespace.open();
      using socket = openRawSocket(namespace, options);
      let signals = 0;
      const listener = () => signals++;
      Deno.addSignalListener("SIGUSR1", listener);
      try {
        const storm = runCommand([
          "sh",
          "-c",
          `i=0; while [ $i -lt 300 ]; do kill -USR1 ${Deno.pid}; i=$((i+1)); done`,
        ]);
        for (let key = 0; key < 300; key++) {
          const { outcomes, arrivals } = await exchange(socket, [loopback], 1, { firstKey: key });
          assertEquals([outcomes, arrivals.length], [["ok"], 1]);
          await socket.wait(2);
        }
        assertEquals((await storm).code, 0);
      } finally {
        Deno.removeSignalListener("SIGUSR1", listener);
      }
      assert(signals > 0, "no signal was served while the socket was waited for");
    },
  );
}

systemTest({ name: "only the chosen ICMP types are heard", namespaces: true }, async () => {
  await using namespace = await Namespace.open();
  using timestamps = openRawSocket(namespace);
  using echoes = openRawSocket(namespace, { icmpTypes: [0, 3] });
  await exchange(echoes, [loopback], 1, { type: 8 });
  const { arrivals } = await exchange(timestamps, [loopback], 1);
  // Loopback hands our own request to every raw socket, too; and the echo reply went by.
  assertEquals(arrivals.map((each) => each.bytes[20]), [14]);
  assertEquals((await exchange(echoes, [], 0)).arrivals, []);
});

systemTest({ name: "one datagram is refused, the others go", namespaces: true }, async () => {
  await using pair = await VethPair.open();
  await pair.ownBlock("198.18.0.0/24");
  await pair.near.ip(
    "route add blackhole 198.19.0.1",
    "route add unreachable 198.19.0.2",
    "route add prohibit 198.19.0.3",
  );
  await pair.near.nft(
    "table ip t { chain c { type filter hook output priority 0; ip daddr 198.18.0.66 drop; }; }",
  );
  using socket = openRawSocket(pair.near, { batchSlots: 4 });
  const texts = [
    ["198.18.0.1", "ok"],
    ["198.18.0.66", "EPERM"],
    ["198.18.0.66", "EPERM"],
    ["198.18.0.2", "ok"],
    ["198.19.0.1", "EINVAL"],
    ["198.19.0.2", "EHOSTUNREACH"],
    ["198.18.0.3", "ok"],
    ["198.19.0.3", "EACCES"],
    ["203.0.113.1", "ENETUNREACH"],
    ["10.77.0.255", "EACCES"],
    ["255.255.255.255", "ENETUNREACH"],
    ["198.18.0.4", "ok"],
  ] as const;
  const { outcomes, arrivals } = await exchange(socket, texts.map(([to]) => addressNumber(to)), 4);
  assertEquals(outcomes, texts.map(([, outcome]) => outcome));
  assertEquals(arrivals.map((each) => readSequence(each.bytes)), [0, 3, 6, 11]);
  const refused = socket.send([{ destination: 0xcb007101, bytes: buildRequest(0, 0), key: 0 }])[0];
  assert(refused?.ok === false);
  assert(refused.error instanceof SystemError);
  const { message } = refused.error;
  assertEquals(message, "Cannot send to 203.0.113.1: Network is unreachable (ENETUNREACH)");
});

systemTest({ name: "a datagram that is too long is refused alone", namespaces: true }, async () => {
  await using pair = await VethPair.open();
  using socket = openRawSocket(pair.near);
  const far = addressNumber(pair.farAddress);
  const sizes = [20, 1481, 2029, 20];
  const results = socket.send(
    sizes.map((icmpBytes, key) => ({
      destination: far,
      bytes: buildRequest(far, key, { icmpBytes }),
      key,
    })),
  );
  const codes = results.map((result) => result.ok ? "ok" : result.error.code);
  assertEquals(codes, ["ok", "EMSGSIZE", "EMSGSIZE", "ok"]);
});

systemTest(
  { name: "an interface that goes down and comes back is survived", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    using socket = openRawSocket(pair.near, { interfaceName: pair.device });
    const far = addressNumber(pair.farAddress);
    assertEquals((await exchange(socket, [far], 1)).outcomes, ["ok"]);
    await pair.near.ip(`link set ${pair.device} down`);
    const [outcome] = (await exchange(socket, [far], 0)).outcomes;
    assert(
      outcome === "ENETDOWN" || outcome === "ENETUNREACH" || outcome === "EHOSTUNREACH",
      outcome,
    );
    await pair.near.ip(`link set ${pair.device} up`);
    assertEquals((await exchange(socket, [far], 1)).outcomes, ["ok"]);
  },
);

systemTest(
  { name: "an interface, a source address and a mark are obeyed", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    const far = addressNumber(pair.farAddress);
    await pair.near.ip(`addr add 10.77.0.9/24 dev ${pair.device}`);
    await pair.near.nft(
      "table ip t { chain c { type filter hook output priority 0; meta mark 77 drop; }; }",
    );
    const sourceAddress = addressNumber("10.77.0.9");
    using byAddress = openRawSocket(pair.near, { sourceAddress });
    using byInterface = openRawSocket(pair.near, { interfaceName: pair.device });
    using elsewhere = openRawSocket(pair.near, { interfaceName: "lo" });
    using marked = openRawSocket(pair.near, { mark: 77 });
    const { arrivals } = await exchange(byAddress, [far], 1);
    assertEquals(arrivals.map((each) => readDestination(each.bytes)), [sourceAddress]);
    // The other two heard that reply as well, unless their interface kept it from them.
    assertEquals((await exchange(byInterface, [], 1)).arrivals.length, 1);
    assertEquals((await exchange(elsewhere, [], 0)).arrivals, []);
    assertEquals((await exchange(marked, [far], 0)).outcomes, ["EPERM"]);
    assertEquals((await exchange(byInterface, [far], 1)).outcomes, ["ok"]);
  },
);

systemTest(
  { name: "what cannot be opened is refused with the reason", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    const refusal = (options: RawSocketOptions) => {
      const { syscall, code, message } = assertThrows(
        () => openRawSocket(namespace, options),
        SystemError,
      );
      return [syscall, code, message];
    };
    assertEquals(refusal({ interfaceName: "nosuch0" }), [
      "ioctl",
      "ENODEV",
      "Cannot use interface nosuch0: No such device (ENODEV)",
    ]);
    assertEquals(refusal({ sourceAddress: addressNumber("192.0.2.1") }), [
      "bind",
      "EADDRNOTAVAIL",
      "Cannot send from 192.0.2.1: Cannot assign requested address (EADDRNOTAVAIL)",
    ]);
    assertThrows(() => openRawSocket(namespace, { batchSlots: 0 }), RangeError, "slots is 0");
    assertThrows(() => openRawSocket(namespace, { slotBytes: 70_000 }), RangeError, "70000");
  },
);

systemTest({ name: "without CAP_NET_RAW, opening fails with EPERM", root: true }, async () => {
  const module = new URL("../../ffi/mod.ts", import.meta.url).href;
  const code = `import { RawSocket } from "${module}";
    try { RawSocket.open(); } catch (error) {
      console.log(error.name, error.syscall, error.errno, error.code, error.message);
    }`;
  const { stdout } = await runCommand(withoutNetRaw([Deno.execPath(), "eval", code]));
  const expected =
    "SystemError socket 1 EPERM Cannot open a raw socket: Operation not permitted (EPERM)";
  assertEquals(stdout.trim(), expected);
});

systemTest({
  name: "a long wait ends when a datagram comes, and holds nothing up",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  using asker = openRawSocket(pair.near);
  using listener = openRawSocket(pair.near);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  try {
    const waiting = listener.wait(3_600_000);
    while (turns < 5) await new Promise((resolve) => setTimeout(resolve, 1));
    await exchange(asker, [addressNumber(pair.farAddress)], 1);
    await waiting;
    assertEquals(listener.receive().length, 1);
  } finally {
    clearInterval(timer);
  }
});

systemTest({
  name: "what others send as protocol 255 neither ends a wait nor costs a transmit stamp",
  tools: ["python3"],
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  using socket = openRawSocket(pair.near);
  const far = addressNumber(pair.farAddress);
  await exchange(socket, [far], 1);
  await pair.far.mustRun([
    ...["python3", "-c"],
    `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 255)
s.setsockopt(socket.IPPROTO_IP, 3, 0)  # IP_HDRINCL: the kernel writes the header
for i in range(5000): s.sendto(b"x" * 200, ("${pair.nearAddress}", 0))`,
  ]);
  const beforeNs = socket.clock.monotonicNs();
  await socket.wait(30);
  assertGreaterOrEqual(socket.clock.monotonicNs() - beforeNs, 29e6);
  const { arrivals, stamps } = await exchange(socket, Array(20).fill(far), 20, { firstKey: 100 });
  assertEquals([arrivals.length, stamps.length], [20, 20]);
});

systemTest({ name: "a transmit stamp ends a wait, too", namespaces: true }, async () => {
  await using namespace = await Namespace.open();
  using socket = openRawSocket(namespace, { icmpTypes: [] });
  assertEquals((await exchange(socket, [loopback], 0)).outcomes, ["ok"]);
  socket.send([{ destination: loopback, bytes: buildRequest(loopback, 1), key: 1 }]);
  await socket.wait(3_600_000);
  const stamps = socket.receiveTransmitStamps();
  assertEquals(stamps.map(({ key, moment }) => [key, moment]), [[1, "queue"], [1, "driver"]]);
});

systemTest(
  { name: "wake() and close() end waits, before and during", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    const socket = openRawSocket(namespace);
    const hourMs = 3_600_000;
    const pending = [socket.wait(hourMs), socket.wait(hourMs)];
    socket.wake();
    await Promise.all(pending);
    socket.wake();
    await socket.wait(hourMs);
    const last = socket.wait(hourMs);
    socket.close();
    await last;
  },
);

systemTest({ name: "a loop of short waits still serves timers", namespaces: true }, async () => {
  await using namespace = await Namespace.open();
  using socket = openRawSocket(namespace);
  // A timer may need several turns of the event loop, 100 ms apart; a wait of 0 takes some 60 ns.
  for (const [timeoutMs, mostTurns] of [[0, 50_000_000], [0.01, 200_000], [1, 3_000]] as const) {
    let fired = false;
    setTimeout(() => fired = true, 0);
    for (let turn = 0; turn < mostTurns && !fired; turn++) await socket.wait(timeoutMs);
    assert(fired, `waits of ${timeoutMs} ms starve timers`);
  }
});

systemTest({ name: "a wait lasts at least as long as was asked", namespaces: true }, async () => {
  await using namespace = await Namespace.open();
  using socket = openRawSocket(namespace);
  for (const timeoutMs of [0.05, 3, 10, 10.5, 25]) {
    const start = socket.clock.monotonicNs();
    await socket.wait(timeoutMs);
    assertGreaterOrEqual(socket.clock.monotonicNs() - start, timeoutMs * 1e6 - 1_000);
  }
});
