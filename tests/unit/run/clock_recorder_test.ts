import { assert, assertEquals } from "@std/assert";
import type { ClockEvent } from "../../../src/run/clock/event.ts";
import { agree, ClockRecorder } from "../../../src/run/clock/recorder.ts";
import { RunState } from "../../../src/run/run_state.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const WATCHER = { replied() {}, idle() {}, remark() {} };

function recorder(hosts: number): ClockRecorder {
  const targets = Array.from({ length: hosts }, (_, index) => ({
    index,
    address: 0xc0000201 + index,
    label: `192.0.2.${1 + index}`,
  }));
  const clock = new FakeClock();
  return new ClockRecorder(new RunState(targets, clock), clock, WATCHER);
}

/** What would be known of a host with that offset to ± 5 ms; undefined for an undecided one. */
function withOffsets(...offsetsMs: readonly (number | undefined)[]): ClockEvent[] {
  return recorder(offsetsMs.length).clocks().map((event, index) => {
    const offsetMs = offsetsMs[index];
    if (offsetMs === undefined) return event;
    const state = { ...event.state, decidable: true, undecided: undefined };
    return {
      ...event,
      state: { ...state, offsetMs, lowerMs: offsetMs - 5, upperMs: offsetMs + 5 },
    };
  });
}

Deno.test("before a reply nothing is known of anybody", () => {
  const events = recorder(2).clocks();
  assertEquals(events.map(({ state }) => state.undecided), ["no reply yet", "no reply yet"]);
  assertEquals(agree(events), undefined);
  assertEquals(events.map(({ counters }) => counters.sent), [0, 0]);
});

Deno.test("one decided clock is no company", () => {
  assertEquals(agree(withOffsets(3, undefined)), undefined);
});

Deno.test("clocks half a day off agree on either side of the fold", () => {
  const halfDayMs = 43_200_000;
  for (
    const offsets of [
      [halfDayMs - 1, -halfDayMs + 1, halfDayMs - 2],
      [-halfDayMs + 1, halfDayMs - 1, halfDayMs - 2],
    ]
  ) {
    const together = agree(withOffsets(...offsets));
    assert(together !== undefined);
    assertEquals([together.consensus.agreeing, together.consensus.falsetickers], [3, []]);
    assertEquals(together.consensus.localClock, "off");
  }
});

Deno.test("a host that is half a day off does not make our clock a day off, although it is asked first", () => {
  const together = agree(withOffsets(43_200_000 - 1, 1, -1, 0.5, 0));
  assertEquals(together?.consensus.localClock, "right");
  assertEquals(together?.consensus.falsetickers, ["192.0.2.1"]);
  assertEquals([together?.consensus.lowerMs, together?.consensus.upperMs], [-4.5, 5]);
});

Deno.test("this machine does not count, and is named", () => {
  const events = withOffsets(0, 700, 700);
  const together = agree(events, (address) => address === 0xc0000201);
  assertEquals(together?.notCounted, ["192.0.2.1"]);
  assertEquals([together?.consensus.hosts, together?.consensus.localClock], [2, "off"]);
  assertEquals(agree(withOffsets(0, 1), () => true), undefined);
});
