// Deno's sanitizers do not see descriptors that libc opened; /proc does.

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  findRoute,
  listInterfaceAddresses,
  RawSocket,
  type RawSocketOptions,
  readStampSupport,
  resolveName,
  SystemClock,
  SystemError,
} from "../../ffi/mod.ts";
import { MessageBatch } from "../../ffi/linux/message_batch.ts";
import { Namespace } from "../support/namespace.ts";
import { exchange, openRawSocket } from "../support/raw_exchange.ts";
import { addressNumber } from "../support/request_bytes.ts";
import { systemTest } from "../support/tools.ts";

const loopback = addressNumber("127.0.0.1");

/** The open descriptors and what each is; the one that lists them comes and goes. */
function listDescriptors(): string[] {
  const found: string[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      found.push(`${name} ${Deno.readLinkSync(`/proc/self/fd/${name}`)}`);
    } catch {
      // It was the descriptor of this very listing.
    }
  }
  return found.filter((each) => !each.endsWith("/fd")).sort();
}

systemTest(
  { name: "a thousand sockets leave no descriptor behind", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    const kinds: RawSocketOptions[] = [
      {},
      { attribution: "content" },
      { kernelStamps: false },
      { interfaceName: "lo", sourceAddress: loopback },
    ];
    const clock = SystemClock.open();
    const before = listDescriptors();
    for (let index = 0; index < 1_000; index++) {
      using socket = openRawSocket(namespace, { ...kinds[index % 4], clock, batchSlots: 2 });
      if (index % 100 < 4) {
        // Long waits open a descriptor of their own.
        await exchange(socket, [loopback], 1);
        const waiting = socket.wait(3_600_000);
        socket.wake();
        await waiting;
      }
      if (index % 3 === 0) socket.close();
    }
    assertEquals(listDescriptors(), before);
  },
);

systemTest(
  { name: "a thousand refusals leave no descriptor behind", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    using _inside = namespace.enter();
    const before = listDescriptors();
    for (let index = 0; index < 1_000; index++) {
      assertThrows(() => RawSocket.open({ interfaceName: "nosuch0" }), SystemError);
      assertThrows(() => RawSocket.open({ batchSlots: 0 }), RangeError);
      assertThrows(() => findRoute(loopback, { interfaceName: "nosuch0" }), SystemError);
      assertEquals(findRoute(0xc000_0201).kind, "unreachable");
      assertThrows(() => readStampSupport("nosuch0"), SystemError);
    }
    assertEquals(listDescriptors(), before);
  },
);

systemTest({
  name: "closing while a wait is pending leaves no descriptor behind",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const before = listDescriptors();
  const waits: Promise<void>[] = [];
  for (let index = 0; index < 20; index++) {
    using socket = openRawSocket(namespace, { batchSlots: 1 });
    waits.push(socket.wait(3_600_000), socket.wait(3_600_000));
  }
  await Promise.all(waits);
  assertEquals(listDescriptors(), before);
});

systemTest(
  { name: "a closed socket's number, used again, is not touched", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    const first = openRawSocket(namespace);
    first.close();
    using second = openRawSocket(namespace);
    await exchange(second, [loopback], 1);
    first.close();
    assertEquals((await exchange(first, [loopback], 0)).outcomes, ["EBADF"]);
    assertEquals((await exchange(second, [loopback], 1)).outcomes, ["ok"]);
  },
);

systemTest({ name: "lists that libc allocates are freed", namespaces: true }, async () => {
  await using namespace = await Namespace.open();
  const residentBytes = () => Deno.memoryUsage().rss;
  const turn = async (times: number) => {
    using _inside = namespace.enter();
    for (let index = 0; index < times; index++) listInterfaceAddresses();
    for (let index = 0; index < times / 50; index++) await resolveName("127.0.0.1");
  };
  await turn(5_000);
  const before = residentBytes();
  await turn(50_000);
  // Not freed, each list would be 400 bytes or more: 20 MB in all.
  const grownBytes = residentBytes() - before;
  assert(grownBytes < 12e6, `${grownBytes} bytes more after 50 000 lists`);
});

systemTest(
  { name: "a batch lies in one buffer, and its pointers stay within it", root: true },
  () => {
    const batch = new MessageBatch({ slots: 3, payloadBytes: 50, controlBytes: 20 });
    const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(batch.bytes));
    const ranges: (readonly [start: number, end: number])[] = [[0, 3 * 64]];
    for (let slot = 0; slot < 3; slot++) {
      assertEquals(Deno.UnsafePointer.value(batch.pointerAt(slot)) - base, BigInt(slot * 64));
      const pointer = (offset: number) =>
        Number(batch.view.getBigUint64(slot * 64 + offset, true) - base);
      const iovec = pointer(16);
      ranges.push([pointer(0), pointer(0) + 16], [iovec, iovec + 16]);
      ranges.push([pointer(32), pointer(32) + batch.view.getUint32(slot * 64 + 40, true)]);
      const payload = Number(batch.view.getBigUint64(iovec, true) - base);
      ranges.push([payload, payload + batch.view.getUint32(iovec + 8, true)]);
      assertEquals([payload, pointer(32)], [batch.payloadOffset(slot), batch.controlOffset(slot)]);
    }
    ranges.sort(([a], [b]) => a - b);
    ranges.forEach(([start, end], index) => {
      assert(start < end, `part ${index} is empty`);
      assert(
        end <= (ranges[index + 1]?.[0] ?? batch.bytes.length),
        `part ${index} overlaps the next`,
      );
    });
  },
);
