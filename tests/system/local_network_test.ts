// What this machine knows of itself: interfaces, routes, stamps and clock.

import { assert, assertEquals, assertLessOrEqual, assertMatch, assertThrows } from "@std/assert";
import {
  findInterfaceIndex,
  findRoute,
  listInterfaceAddresses,
  readClockDiscipline,
  readStampSupport,
  SystemClock,
  SystemError,
} from "../../ffi/mod.ts";
import { type Namespace, VethPair } from "../support/namespace.ts";
import "../support/open_libc.ts";
import { addressNumber } from "../support/request_bytes.ts";
import { systemTest } from "../support/tools.ts";

function inside<T>(namespace: Namespace, ask: () => T): T {
  using _inside = namespace.enter();
  return ask();
}

systemTest(
  { name: "interfaces tell their addresses as ip(8) does", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    await pair.near.ip(
      `addr add 198.18.5.1/30 brd + dev ${pair.device}`,
      "link add idle0 type veth peer name idle1",
      "addr add 198.18.9.1/24 dev idle0",
      "addr add 198.18.7.1 peer 198.18.7.2 dev lo",
    );
    const found = inside(pair.near, listInterfaceAddresses);
    const told = found.map(({ name, address, netmask, broadcast, up, loopback }) =>
      [name, address, netmask, broadcast, up, loopback] as const
    );
    const address = addressNumber;
    assertEquals(told, [
      ["lo", address("127.0.0.1"), address("255.0.0.0"), undefined, true, true],
      ["lo", address("198.18.7.1"), address("255.255.255.255"), undefined, true, true],
      [pair.device, address("10.77.0.1"), address("255.255.255.0"), undefined, true, false],
      [
        pair.device,
        address("198.18.5.1"),
        address("255.255.255.252"),
        address("198.18.5.3"),
        true,
        false,
      ],
      ["idle0", address("198.18.9.1"), address("255.255.255.0"), undefined, false, false],
    ]);
  },
);

systemTest({ name: "interfaces have indices, and drivers stamps", namespaces: true }, async () => {
  await using pair = await VethPair.open();
  inside(pair.near, () => {
    assertEquals(findInterfaceIndex("lo"), 1);
    assertEquals(findInterfaceIndex("nosuch0"), undefined);
    const software = { transmitSoftware: true, receiveSoftware: true, hardware: false };
    assertEquals(readStampSupport(pair.device), software);
    const { code, message } = assertThrows(() => readStampSupport("nosuch0"), SystemError);
    assertEquals(
      [code, message],
      ["ENODEV", "Cannot read what interface nosuch0 can stamp: No such device (ENODEV)"],
    );
    assertThrows(() => readStampSupport("x".repeat(16)), RangeError, "15 bytes");
  });
});

systemTest(
  { name: "the route to a destination is what the kernel would take", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    await pair.near.ip(
      `addr add 10.77.0.9/24 dev ${pair.device}`,
      `route add 198.18.0.0/24 via ${pair.farAddress} src 10.77.0.9`,
      "route add unreachable 198.19.0.0/24",
      "route add blackhole 198.19.1.0/24",
      "route add prohibit 198.19.2.0/24",
    );
    const ask = (text: string) => inside(pair.near, () => findRoute(addressNumber(text)));
    const routed = (source: string, interfaceName: string) => ({
      kind: "routed" as const,
      source: addressNumber(source),
      interfaceName,
    });
    assertEquals(ask(pair.farAddress), routed(pair.nearAddress, pair.device));
    assertEquals(ask("198.18.0.77"), routed("10.77.0.9", pair.device));
    assertEquals(ask("127.9.9.9"), routed("127.0.0.1", "lo"));
    assertEquals(ask("10.77.0.255"), { kind: "broadcast" });
    for (
      const [text, code] of [
        ["203.0.113.1", "ENETUNREACH"],
        ["198.19.0.1", "EHOSTUNREACH"],
        ["198.19.1.1", "EINVAL"],
        ["198.19.2.1", "EACCES"],
      ] as const
    ) {
      const answer = ask(text);
      assert(answer.kind === "unreachable");
      assertMatch(answer.message, new RegExp(`^Cannot find a route to ${text}: .*\\(${code}\\)$`));
    }
    inside(pair.near, () => {
      const interfaceName = "nosuch0";
      assertThrows(() => findRoute(0x7f000001, { interfaceName }), SystemError, "ENODEV");
    });
  },
);

systemTest({ name: "the clock counts from midnight UT, and goes forward", root: true }, () => {
  const beforeMs = Date.now();
  const clock = SystemClock.open();
  let last = clock.now();
  const afterMs = Date.now();
  assertEquals(clock.baseUnixMs % 86_400_000, 0);
  const nowMs = clock.baseUnixMs + last.realtimeNs / 1e6;
  assert(beforeMs <= nowMs && nowMs <= afterMs + 1, `${beforeMs} ≤ ${nowMs} ≤ ${afterMs}`);
  assert(last.realtimeNs < 2 * 86_400e9);
  for (let turn = 0; turn < 20_000; turn++) {
    const next = clock.now();
    assert(next.monotonicNs > last.monotonicNs, `${next.monotonicNs} after ${last.monotonicNs}`);
    assert(Number.isSafeInteger(next.realtimeNs) && Number.isSafeInteger(next.monotonicNs));
    assertEquals(next.source, "user");
    last = next;
  }
});

systemTest({ name: "a kernel stamp keeps its distance on both clocks", root: true }, () => {
  const clock = SystemClock.open();
  const nearby = clock.now();
  const seconds = clock.baseUnixMs / 1000 + 86_399;
  const stamp = clock.fromKernel(seconds, 999_999_999, nearby);
  assertEquals(stamp.realtimeNs, 86_400e9 - 1);
  assertEquals(stamp.source, "kernel");
  assertEquals(stamp.monotonicNs - nearby.monotonicNs, stamp.realtimeNs - nearby.realtimeNs);
});

systemTest({ name: "the state of the clock makes sense", root: true }, () => {
  const discipline = readClockDiscipline();
  if (discipline.synchronised) assertLessOrEqual(discipline.maximumErrorUs, 16_000_000);
  assertLessOrEqual(0, discipline.maximumErrorUs);
  assertLessOrEqual(Math.abs(discipline.frequencyPpm), 500);
});
