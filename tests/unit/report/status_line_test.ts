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

Deno.test("status: targets, sent, received, loss, rate and time left", () => {
  const sink = new MemorySink();
  const line = new StatusLine(sink, 4, 1000);
  line.show(0, progress({}, 0));
  assertEquals(sink.text, `${ERASE}0/4 targets, 0 sent, 0 received, 0/s`);
  line.show(10e9, progress({ sent: 190, received: 150, lost: 40, unsent: 10 }));
  assertEquals(
    sink.text.split(ERASE).at(-1),
    "3/4 targets, 190 sent, 150 received, 25.0 % loss, 20/s, 40 s left",
  );
});

for (
  const [probes, left] of [[1000, "1 min 20 s"], [100_000, "2 h 46 min"], [200, "0 s"]] as const
) {
  Deno.test(`status: of ${probes} probes, ${left} are left`, () => {
    const sink = new MemorySink();
    const line = new StatusLine(sink, 1, probes);
    line.show(0, progress({}));
    line.show(20e9, progress({ sent: 200, received: 200 }));
    assertEquals(sink.text.split(", ").at(-1), `${left} left`);
  });
}

Deno.test("status: a run without an end has no time left to tell", () => {
  const sink = new MemorySink();
  const line = new StatusLine(sink, 1, Infinity);
  line.show(0, progress({}));
  line.show(10e9, progress({ sent: 100, received: 100 }));
  assertEquals(sink.text.split(", ").at(-1), "10/s");
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
