import { assertEquals } from "@std/assert";
import { ClientClock, ClientClocks } from "../../../../src/run/capture/client_clock.ts";

Deno.test("client clocks: a client is kept for as long as one of its hosts is", () => {
  const clocks = new ClientClocks();
  for (let client = 1; client <= 1000; client++) {
    clocks.join(client);
    clocks.join(client);
    clocks.leave(client);
    if (client > 10) clocks.leave(client - 10);
  }
  assertEquals(clocks.size, 10);
  assertEquals([clocks.of(990), clocks.of(991) === undefined], [undefined, false]);
  clocks.leave(5);
  assertEquals(clocks.size, 10);
});

Deno.test("client clocks: the least lead needs three requests that agree within a minute", () => {
  const clocks = new ClientClocks();
  clocks.join(7);
  const clock = clocks.of(7);
  assertEquals([clock?.hasRequests, clock?.lowerMs], [false, undefined]);
  clock?.add(1010, 1000e6);
  assertEquals([clock?.hasRequests, clock?.lowerMs], [true, undefined]);
  clock?.add(2030, 2000e6);
  assertEquals([clock?.hasRequests, clock?.lowerMs], [true, undefined]);
  clock?.add(3020, 3000e6);
  assertEquals(clock?.lowerMs, 30);
  clock?.add(80_000, 4000e6);
  assertEquals(clock?.lowerMs, undefined);
});

Deno.test("client clocks: a clock that is far ahead, or behind, is one all the same", () => {
  for (const leadMs of [3_600_000, 40_000, -40_000, -3_600_000]) {
    const clock = new ClientClock();
    for (const second of [5000, 5001, 5002]) clock.add(second * 1000 + leadMs, second * 1e9);
    assertEquals([clock.hasRequests, clock.lowerMs], [true, leadMs]);
  }
});
