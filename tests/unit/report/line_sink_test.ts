import { assertEquals, assertStrictEquals } from "@std/assert";
import { isClosedPipe, LineSink } from "../../../src/report/line_sink.ts";
import { MemorySink, ScriptedSink } from "../../support/memory_sink.ts";

function gather(sink: MemorySink): { lines: LineSink; failures: Error[] } {
  const failures: Error[] = [];
  return { lines: new LineSink(sink, (error) => void failures.push(error)), failures };
}

Deno.test("lines are gathered and written together", () => {
  const sink = new MemorySink();
  const { lines } = gather(sink);
  assertEquals(lines.pending, false);
  lines.line("one");
  lines.line("");
  lines.line("zwölf µs");
  assertEquals([sink.text, lines.pending], ["", true]);
  lines.flush();
  lines.flush();
  assertEquals([sink.text, sink.pieces, lines.pending], ["one\n\nzwölf µs\n", 1, false]);
});

Deno.test("much text is not held back", () => {
  const sink = new MemorySink();
  const { lines } = gather(sink);
  for (let i = 0; i < 1000; i++) lines.line("x".repeat(1000));
  assertEquals(sink.text.length > 900_000, true);
  assertEquals(sink.text.endsWith("\n"), true, "half a line was written");
  lines.flush();
  assertEquals(sink.text.length, 1_001_000);
});

Deno.test("what a sink takes in parts arrives whole, also within a character", () => {
  const sink = new ScriptedSink([1, 3, 1, 1]);
  const { lines, failures } = gather(sink);
  lines.line("aµµb");
  lines.line("c");
  lines.flush();
  assertEquals([sink.text, failures], ["aµµb\nc\n", []]);
});

Deno.test("a full pipe that does not block is waited for", () => {
  const sink = new ScriptedSink([
    new Deno.errors.WouldBlock("Resource temporarily unavailable (os error 11)"),
    2,
    new Deno.errors.WouldBlock("Resource temporarily unavailable (os error 11)"),
    new Deno.errors.WouldBlock("Resource temporarily unavailable (os error 11)"),
  ]);
  const { lines, failures } = gather(sink);
  lines.line("a line");
  lines.flush();
  assertEquals([sink.text, failures], ["a line\n", []]);
});

Deno.test("a reader that has gone ends the output, once", () => {
  const gone = new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
  const sink = new ScriptedSink([gone]);
  const { lines, failures } = gather(sink);
  lines.line("one");
  lines.flush();
  lines.line("two");
  lines.flush();
  assertEquals([sink.text, failures.length, lines.pending], ["", 1, false]);
  assertStrictEquals(lines.failure, gone);
  assertEquals(isClosedPipe(lines.failure), true);
});

Deno.test("a full disk ends the output after what it took", () => {
  const full = new Error("No space left on device (os error 28)");
  const sink = new ScriptedSink([4, full]);
  const { lines, failures } = gather(sink);
  lines.line("one");
  lines.line("two");
  lines.flush();
  lines.line("three");
  lines.flush();
  assertEquals([sink.text, failures], ["one\n", [full]]);
  assertEquals(isClosedPipe(lines.failure), false);
});

Deno.test("a sink that takes nothing at all ends the output", () => {
  const sink = new ScriptedSink([3, 0]);
  const { lines, failures } = gather(sink);
  lines.line("one");
  lines.flush();
  assertEquals([sink.text, failures.length], ["one", 1]);
});

Deno.test("what is thrown is an error, whatever it was", () => {
  const lines = new LineSink({
    writeSync: () => {
      // deno-lint-ignore no-throw-literal -- that is what is tested
      throw "no error at all";
    },
  }, () => {});
  lines.line("one");
  lines.flush();
  assertEquals(lines.failure?.message, "no error at all");
});
