import { assertEquals, assertStrictEquals } from "@std/assert";
import { isClosedPipe, LineSink } from "../../../src/terminal/line_sink.ts";
import { OutputQueue } from "../../../src/terminal/output_queue.ts";
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

Deno.test("what a full pipe has no room for is kept, and follows once", async () => {
  const sink = new ScriptedSink([0, 2, 0, 0, 3]);
  const { lines, failures } = gather(sink);
  lines.line("a line");
  lines.flush();
  assertEquals([sink.text, lines.isBacklogged], ["", true]);
  lines.line("b");
  lines.flush();
  assertEquals([sink.text, lines.isBacklogged, lines.room()], ["a ", true, undefined]);
  await lines.drain();
  assertEquals([sink.text, failures, lines.isBacklogged], ["a line\nb\n", [], false]);
});

Deno.test("who writes more than a megabyte ahead of its reader is held up", async () => {
  const sink = new ScriptedSink(Array(40).fill(0));
  const { lines } = gather(sink);
  for (let i = 0; i < 20; i++) lines.line("x".repeat(1 << 16));
  const room = lines.room();
  assertEquals([room === undefined, sink.text], [false, ""]);
  await room;
  assertEquals([sink.text.length, lines.room()], [20 * 65_537, undefined]);
});

Deno.test("after a signal a reader that takes nothing ends the output, and the spare gets what it missed", async () => {
  const sink = new MemorySink();
  const spare = new MemorySink();
  const failures: string[] = [];
  const lines = new LineSink(
    { writeSync: (bytes) => sink.text === "" ? sink.writeSync(bytes) : 0 },
    (error) => void failures.push(error.message),
  );
  lines.line("reply 1");
  lines.flush();
  lines.line("reply 2");
  lines.secure(spare);
  lines.line("summary");
  lines.hurry();
  await lines.drain();
  assertEquals([sink.text, spare.text], ["reply 1\n", "summary\n"]);
  assertEquals(failures, ["its reader takes nothing, the last 16 bytes are lost"]);
});

Deno.test("a failed sink's summary goes to the spare, with the header of its columns", async () => {
  const spare = new MemorySink();
  const full = new Error("No space left on device");
  const lines = new LineSink(new ScriptedSink([full]), () => {});
  lines.header("type,target");
  lines.line("reply,a");
  lines.flush();
  lines.secure(spare);
  lines.line("summary,a");
  await lines.drain();
  assertEquals(spare.text, "type,target\nsummary,a\n");
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

const octets = new TextEncoder();

/** Writes a line as octets. */
function writeOctets(lines: LineSink, text: string): void {
  const block = lines.block();
  const bytes = octets.encode(`${text}\n`);
  block.reserve(bytes.length);
  block.bytes.set(bytes, block.length);
  block.length += bytes.length;
}

Deno.test("lines as octets and as text keep their order", () => {
  const sink = new MemorySink();
  const { lines } = gather(sink);
  lines.line("µ");
  writeOctets(lines, "two");
  assertEquals(lines.pending, true);
  lines.line("three");
  writeOctets(lines, "four");
  lines.flush();
  assertEquals([sink.text, sink.pieces, lines.pending], ["µ\ntwo\nthree\nfour\n", 1, false]);
  writeOctets(lines, "five");
  lines.flush();
  assertEquals(sink.text.endsWith("four\nfive\n"), true);
});

Deno.test("octets that wait for their reader are not written over", async () => {
  const sink = new ScriptedSink([2, 0, 0]);
  const { lines } = gather(sink);
  writeOctets(lines, "first");
  lines.flush();
  writeOctets(lines, "OTHER");
  await lines.drain();
  assertEquals(sink.text, "first\nOTHER\n");
});

Deno.test("a queue behind the sink, as that of standard error, keeps what it was given", async () => {
  const taken: number[] = [];
  let room = 7;
  const queue = new OutputQueue({
    writeSync(bytes) {
      const written = Math.min(room, bytes.length);
      room -= written;
      taken.push(...bytes.subarray(0, written));
      return written;
    },
  }, () => {});
  const sink = new LineSink(queue, () => {});
  const lines = Array.from({ length: 20 }, (_, number) => `line ${number}`);
  for (const line of lines) {
    sink.line(line);
    sink.flush();
  }
  room = Infinity;
  await queue.drain();
  assertEquals(new TextDecoder().decode(new Uint8Array(taken)), lines.join("\n") + "\n");
});

Deno.test("many lines as octets are not held back", () => {
  const sink = new MemorySink();
  const { lines } = gather(sink);
  for (let i = 0; i < 1000; i++) writeOctets(lines, "x".repeat(1000));
  assertEquals(sink.text.length > 900_000, true);
});

Deno.test("lines as octets that a sink failed to take go to the spare one", () => {
  const failing = {
    writeSync: (): number => {
      throw new Error("disk full");
    },
  };
  const spare = new MemorySink();
  const lines = new LineSink(failing, () => {});
  lines.secure(spare);
  writeOctets(lines, "kept");
  lines.flush();
  assertEquals(spare.text, "kept\n");
});
