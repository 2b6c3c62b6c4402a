import { assertEquals } from "@std/assert";
import { DropWatch } from "../../../src/probe/drop_watch.ts";

const SECOND = 1e9;

/** A transport whose clock and count of drops the test sets, and that counts how often it is asked. */
function openTransport() {
  const state = { nowNs: 0, dropped: 0, asked: 0 };
  const now = () => ({ realtimeNs: 0, monotonicNs: state.nowNs, source: "user" as const });
  const watch = new DropWatch({
    clock: { baseUnixMs: 0, now },
    droppedDatagrams() {
      state.asked++;
      return state.dropped;
    },
  });
  return { state, watch };
}

Deno.test("drop watch: only probes that waited while datagrams were dropped count, and no more than were", () => {
  const { state, watch } = openTransport();
  state.nowNs = 1 * SECOND;
  assertEquals(watch.mayHaveDropped(0, 1 * SECOND), false);
  state.dropped = 2;
  state.nowNs = 2 * SECOND;
  watch.look(state.nowNs);
  // Three waited at that time, of which two at most were dropped.
  const sentNs = [1.1, 1.2, 1.3].map((seconds) => seconds * SECOND);
  state.nowNs = 3 * SECOND;
  assertEquals(sentNs.map((at) => watch.mayHaveDropped(at, state.nowNs)), [true, true, false]);
  state.dropped = 10;
  state.nowNs = 4 * SECOND;
  watch.look(state.nowNs);
  assertEquals(watch.mayHaveDropped(4.1 * SECOND, 5.1 * SECOND), false);
});

Deno.test("drop watch: datagrams dropped before the run count for no probe", () => {
  const transport = {
    clock: {
      baseUnixMs: 0,
      now: () => ({ realtimeNs: 0, monotonicNs: 2e9, source: "user" as const }),
    },
    droppedDatagrams: () => 7,
  };
  assertEquals(new DropWatch(transport).mayHaveDropped(0, 1e9), false);
});

Deno.test("drop watch: a thousand probes that time out together cost one look", () => {
  const { state, watch } = openTransport();
  state.nowNs = 5 * SECOND;
  const before = state.asked;
  for (let index = 0; index < 1000; index++) watch.mayHaveDropped(0, 4 * SECOND + index);
  assertEquals(state.asked - before, 1);
});

Deno.test("drop watch: the count is looked at each 200 ms, and once more where a deadline is later than the last look", () => {
  const { state, watch } = openTransport();
  const asked = (act: () => void): number => {
    const before = state.asked;
    act();
    return state.asked - before;
  };
  assertEquals(asked(() => watch.look(SECOND)), 1);
  assertEquals(asked(() => watch.look(1.2 * SECOND - 1)), 0);
  assertEquals(asked(() => watch.look(1.2 * SECOND)), 1);
  assertEquals(asked(() => watch.mayHaveDropped(0, 1.2 * SECOND)), 0);
  state.nowNs = 1.3 * SECOND;
  assertEquals(asked(() => watch.mayHaveDropped(0, 1.2 * SECOND + 1)), 1);
  // Dropped in the look at the moment at which a probe left: it may have been among them.
  state.dropped = 1;
  watch.look(2 * SECOND);
  assertEquals(watch.mayHaveDropped(2 * SECOND + 1, 2 * SECOND), false);
  assertEquals(watch.mayHaveDropped(2 * SECOND, 2 * SECOND), true);
});
