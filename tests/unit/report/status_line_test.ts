import { assertEquals } from "@std/assert";
import { StatusLine } from "../../../src/report/status_line.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { MemorySink } from "../../support/memory_sink.ts";

const ERASE = "\r\x1b[K";

function progress(
  counts: Partial<ProbeCounters>,
  answered = 3,
): () => { totals: ProbeCounters; answered: number } {
  return () => ({ totals: Object.assign(new ProbeCounters(), counts), answered });
}

/** The line after `seconds` at a steady rate, as it is shown last. */
function shownAfter(
  seconds: number,
  probes: number,
  each: Readonly<Record<string, number>>,
): string {
  const sink = new MemorySink();
  const line = new StatusLine(sink, 4, probes, { columns: () => 100 });
  for (let second = 0; second <= seconds; second++) {
    const counts = Object.entries(each).map(([key, value]) => [key, value * second]);
    line.show(second * 1e9, progress(Object.fromEntries(counts)));
  }
  return sink.text.split(ERASE).at(-1) ?? "";
}

Deno.test("status: targets, time left, loss, sent, received and rate", () => {
  assertEquals(
    shownAfter(0, 1000, {}),
    "3 of 4 answered, 0 sent, 0 received, 0/s                                       ····················",
  );
  assertEquals(
    shownAfter(10, 1000, { sent: 19, received: 15, lost: 4, unsent: 1 }),
    "3 of 4 answered, 40 s left, 25.0 % loss, 190 sent, 150 received, 20/s          ████················",
  );
});

for (
  const [probes, left] of [[1000, "80 s"], [100_000, "2.8 h"], [200, "0 s"]] as const
) {
  Deno.test(`status: of ${probes} probes, ${left} are left`, () => {
    assertEquals(
      shownAfter(20, probes, { sent: 10, received: 10 }).split(", ")[1],
      `${left} left`,
    );
  });
}

Deno.test("status: a run without an end has no time left", () => {
  assertEquals(
    shownAfter(10, Infinity, { sent: 10 }),
    "3 of 4 answered, 100 sent, 0 received, 10/s",
  );
});

Deno.test("status: on a narrow terminal the line keeps what comes first, at its width now", () => {
  const sink = new MemorySink();
  let columns = 80;
  const line = new StatusLine(sink, 4, Infinity, { columns: () => columns });
  for (const width of [80, 34, 20, 3]) {
    columns = width;
    line.erase();
    line.show(0, progress({ sent: 12_345, received: 12_000 }));
  }
  const lines = sink.text.split(ERASE).filter((text) => text !== "");
  assertEquals(lines, [
    "3 of 4 answered, 0.0 % loss, 12,345 sent, 12,000 received, 0/s",
    "3 of 4 answered, 0.0 % loss",
    "3 of 4 answered",
    "3",
  ]);
});

Deno.test("status: at most four times a second, and asked only then", () => {
  const sink = new MemorySink();
  const line = new StatusLine(sink, 1, 10);
  let asked = 0;
  const count = () => {
    asked++;
    return progress({})();
  };
  for (let ms = 0; ms < 1000; ms += 10) line.show(ms * 1e6, count);
  assertEquals([asked, sink.pieces], [4, 4]);
});

Deno.test("status: it goes when a line is to be written, and comes back at once", () => {
  const sink = new MemorySink();
  const line = new StatusLine(sink, 1, 10);
  line.erase();
  assertEquals(sink.text, "");
  line.show(0, progress({}));
  line.erase();
  line.erase();
  assertEquals([sink.text.endsWith(ERASE), sink.pieces], [true, 2]);
  line.show(1e6, progress({}));
  assertEquals(sink.pieces, 3);
});

Deno.test("status: a terminal that has gone is no trouble", () => {
  const line = new StatusLine(
    {
      writeSync() {
        throw new Error("Input/output error");
      },
    },
    1,
    10,
  );
  line.show(0, progress({}));
  line.erase();
});
