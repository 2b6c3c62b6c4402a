/** Signals: SIGINT, SIGTERM and SIGHUP end a run with its summary, SIGQUIT prints one and the run goes on. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Namespace, VethPair } from "../support/namespace.ts";
import { programTest } from "../support/program.ts";
import { readRecords } from "../support/records.ts";

const ENDING: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

for (const signal of ENDING) {
  programTest(
    { name: `ping: ${signal} ends with the summary`, namespaces: true },
    async (program) => {
      await using namespace = await Namespace.open();
      const args = ["--loop", "-i", "20ms", "127.0.0.1"];
      await using text = namespace.spawn(program.argv(...args));
      await using json = namespace.spawn(program.argv("--json", ...args));
      await text.output(/seq=2 /);
      text.sendSignal(signal);
      await json.output(/"probe":2,/);
      json.sendSignal(signal);

      const told = await text.result();
      assertEquals([told.code, told.signal, told.stderr], [0, null, ""]);
      const block = told.stdout.split("\n--- 127.0.0.1 ---\n");
      assertEquals(block.length, 2);
      assertMatch(
        block[1] ?? "",
        /^\d+ sent, \d+ received, .*\nclock {3}within [\d.]+ ms of ours.*\n(?:(?:out|back) {3,}.*congestion.*\n)*ms +min .*\nrtt +\d/,
      );
      assertMatch(told.stdout, /\nback jitter( +[\d.]+){6}\n$/);

      const recorded = await json.result();
      assertEquals([recorded.code, recorded.signal, recorded.stderr], [0, null, ""]);
      const { replies, summaries, end } = readRecords(recorded.stdout);
      assertEquals([summaries.length, end.reason, end.exit_code], [1, "stopped", 0]);
      assertEquals([end.received, end.sent], [replies.length, replies.length + end.pending]);
    },
  );
}

programTest({
  name: "ping: an interrupt before any answer ends with code 1, and waits for none",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  const argv = program.argv("--json", "-c", "3", "-i", "1h", "-W", "1h", "10.77.0.9");
  await using ping = pair.near.spawn(argv);
  await ping.output(/"type":"run"/);
  ping.sendSignal("SIGINT");
  const { code, stdout } = await ping.result();
  const { end } = readRecords(stdout);
  assertEquals([code, end.exit_code, end.reason, end.received], [1, 1, "stopped", 0]);
  assertEquals(end.pending, end.sent);
  assert(end.sent <= 1);
});

programTest({
  name: "ping: SIGQUIT prints the summary so far, as often as it comes, and the run goes on",
  namespaces: true,
}, async (program) => {
  await using namespace = await Namespace.open();
  const args = ["--loop", "-i", "20ms", "127.0.0.1"];
  await using json = namespace.spawn(program.argv("--json", ...args));
  await using text = namespace.spawn(program.argv(...args));
  await json.output(/"type":"reply"/);
  await text.output(/seq=/);
  for (const summaries of [1, 2, 3]) {
    json.sendSignal("SIGQUIT");
    await json.output(new RegExp(`(?:"type":"summary"[^]*){${summaries}}"type":"reply"`));
    text.sendSignal("SIGQUIT");
    await text.output(new RegExp(`(?:--- 127\\.0\\.0\\.1 ---\n[^]*){${summaries}}`));
  }
  json.sendSignal("SIGINT");
  text.sendSignal("SIGINT");

  const recorded = await json.result();
  assertEquals([recorded.code, recorded.signal, recorded.stderr], [0, null, ""]);
  const { summaries, replies, end } = readRecords(recorded.stdout);
  assertEquals(summaries.length, 4);
  const received = summaries.map((summary) => summary.received);
  assertEquals(received, received.toSorted((a, b) => a - b));
  assert(received[0] !== undefined && received[0] < replies.length);
  assertEquals([received[3], end.received], [replies.length, replies.length]);

  const told = await text.result();
  assertEquals([told.code, told.signal, told.stderr], [0, null, ""]);
  assertEquals(told.stdout.match(/^\d+ sent, /gm)?.length, 4);
});

programTest({
  name: "ping: interrupts in quick succession still end with the whole summary",
  namespaces: true,
}, async (program) => {
  await using namespace = await Namespace.open();
  for (const times of [2, 50]) {
    const argv = program.argv("--json", "--loop", "-i", "5ms", "127.0.0.1");
    await using ping = namespace.spawn(argv);
    await ping.output(/"type":"reply"/);
    const ended = ping.result();
    let isEnded = false;
    ended.finally(() => isEnded = true);
    for (let i = 0; i < times && !isEnded; i++) {
      ping.sendSignal("SIGINT");
      await new Promise((resolve) => setTimeout(resolve, times === 2 ? 0 : 1));
    }
    const { code, signal, stdout } = await ended;
    assertEquals([code, signal], [0, null]);
    const { summaries, end } = readRecords(stdout);
    assertEquals([summaries.length, end.reason], [1, "stopped"]);
  }
});
