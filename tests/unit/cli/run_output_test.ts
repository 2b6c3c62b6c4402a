import { assertEquals } from "@std/assert";
import { RunOutput, type RunOutputOptions } from "../../../src/cli/output/run_output.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { FakeSystem } from "../../support/fake_system.ts";
import { MemorySink } from "../../support/memory_sink.ts";

/** A machine whose standard output is a terminal. */
class TerminalSystem extends FakeSystem {
  override readonly stdoutIsTerminal: boolean = true;
}

const PROGRESS = { totals: new ProbeCounters(), answered: 0 };

/** An output to memory, and a live line that notes what becomes of it. */
function open(options: RunOutputOptions = {}, system = new FakeSystem()) {
  const display: string[] = [];
  const output = new RunOutput(undefined, {
    display: { show: () => display.push("show"), erase: () => display.push("erase") },
    ...options,
  }, system);
  return { output, system, display };
}

/** Writes a line a millisecond in a busy run; returns the number of writes. */
function writeLines(options: RunOutputOptions): number {
  const { output, system } = open(options);
  for (let ms = 0; ms < 100; ms++) {
    output.lines.line(`line ${ms}`);
    output.idle(ms * 1e6, true, () => PROGRESS);
  }
  output.lines.flush();
  assertEquals(system.stdout.lines.length, 100);
  return system.stdout.pieces;
}

Deno.test("run output: a busy run gathers the lines of 20 ms in one write", () => {
  // At 0, 20, 40, 60 and 80 ms, and at the end.
  assertEquals(writeLines({}), 6);
});

Deno.test("run output: immediate lines are written one by one, also in a busy run", () => {
  assertEquals(writeLines({ isImmediate: true }), 100);
});

Deno.test("run output: a run that waits holds no line back", () => {
  const { output, system } = open();
  output.lines.line("first");
  output.idle(0, false, () => PROGRESS);
  output.lines.line("second");
  output.idle(1, false, () => PROGRESS);
  assertEquals(system.stdout.pieces, 2);
});

Deno.test("run output: the live line goes before a result or a remark is written", () => {
  const { output, display, system } = open({}, new TerminalSystem());
  output.idle(0, false, () => PROGRESS);
  assertEquals(display, ["show"]);
  output.lines.line("result");
  output.remark("remark");
  assertEquals(display.slice(0, 2), ["show", "erase"]);
  assertEquals(system.stdout.lines, ["result"]);
  assertEquals(system.stderr.lines, ["icmptime: remark"]);
});

Deno.test("run output: a failure is reported once, and ends the run", () => {
  class FullSink extends MemorySink {
    override writeSync(): number {
      throw new Error("No space left on device (os error 28)");
    }
  }
  const system = new FakeSystem({ stdout: new FullSink() });
  const output = new RunOutput(undefined, {}, system);
  let failures = 0;
  output.onFailure(() => failures++);
  for (const line of ["first", "second"]) {
    output.lines.line(line);
    output.lines.flush();
  }
  assertEquals([failures, output.hasLost], [1, true]);
  assertEquals(system.stderr.lines, [
    "icmptime: Cannot write the output: No space left on device",
  ]);
});

Deno.test("run output: what follows a failure is written to standard error once it is secured", async () => {
  class FullSink extends MemorySink {
    override writeSync(): number {
      throw new Error("No space left on device (os error 28)");
    }
  }
  const system = new FakeSystem({ stdout: new FullSink() });
  const output = new RunOutput(undefined, {}, system);
  output.lines.line("lost");
  output.lines.flush();
  output.secure();
  output.lines.line("kept");
  output.secure();
  await output.drain();
  assertEquals(system.stderr.lines.at(-1), "kept");
});
