/** Thousands of hosts, and many probes: nothing lost, nothing mistaken, memory and descriptors as they should be. */

import { assert, assertEquals } from "@std/assert";
import { judgeSoak, soak } from "../../bench/soak.ts";
import { mustRun } from "../support/command.ts";
import { VethPair } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { readRecords, remarksOf } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import { PROJECT_FOLDER } from "../../tools/project.ts";

const BLOCK = "198.18.0.0/15";

/** Address number `index` of the block's hosts. */
function addressOf(index: number): string {
  const host = index + 1;
  return `198.18.${host >> 8}.${host & 0xff}`;
}

programTest({
  name: "many hosts: a thousand, ten probes each, no probe lost and no reply mistaken",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  await pair.ownBlock(BLOCK);
  const range = `${addressOf(0)}-${addressOf(999)}`;
  const argv = program.argv("--json", "-c", "10", "-i", "200ms", range);
  const { code, stdout, stderr } = await pair.near.run(argv, { timeoutMs: 120_000 });
  assertEquals([code, stderr], [0, ""]);
  const { replies, summaries, end } = readRecords(stdout);
  const { sent, received, lost, duplicates, late, unmatched, malformed, kernel_drops } = end;
  assertEquals(
    { sent, received, lost, duplicates, late, unmatched, malformed, kernel_drops },
    {
      sent: 10_000,
      received: 10_000,
      ...{ lost: 0, duplicates: 0, late: 0, unmatched: 0, malformed: 0, kernel_drops: 0 },
    },
  );
  // Each probe of each host once, and each reply says what only the answer to that probe can say.
  const told = new Set(replies.map(({ address, probe }) => `${address} ${probe}`));
  assertEquals(told.size, 10_000);
  for (let index = 0; index < 1000; index += 37) {
    for (let n = 0; n < 10; n++) assert(told.has(`${addressOf(index)} ${n}`));
  }
  const firsts = new Set(
    replies.map(({ address, probe, sequence }) => `${address} ${(sequence - probe) & 0xffff}`),
  );
  assertEquals(firsts.size, 1000);
  for (const { flags } of replies) assertEquals(remarksOf(flags), []);
  assertEquals(
    summaries.map(({ address }) => address),
    Array.from({ length: 1000 }, (_, i) => addressOf(i)),
  );
  for (const { received } of summaries) assertEquals(received, 10);
});

systemTest({
  name: "many hosts: twenty thousand, one probe each, spread over two seconds",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  await pair.ownBlock(BLOCK);
  const range = `${addressOf(0)}-${addressOf(19_999)}`;
  const argv = SOURCE_PROGRAM.argv("--json", "-c", "1", "-i", "2s", "-W", "10s", range);
  const { code, stdout, stderr } = await pair.near.run(argv, { timeoutMs: 120_000 });
  assertEquals([code, stderr], [0, ""]);
  const { replies, end } = readRecords(stdout);
  assertEquals([end.targets, end.targets_answered, end.sent, end.received], Array(4).fill(20_000));
  assertEquals(new Set(replies.map(({ address }) => address)).size, 20_000);
});

systemTest({
  name: "many hosts: half of them silent, and the run says which",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  await pair.ownBlock(BLOCK);
  await pair.far.ip("route add blackhole 198.18.1.0/24");
  const argv = SOURCE_PROGRAM.argv(
    ...["--alive", "-r", "1", "-W", "300ms", "198.18.0.0/24", "198.18.1.0/24"],
  );
  const { code, stdout } = await pair.near.run(argv);
  const expected = Array.from({ length: 254 }, (_, index) => addressOf(index));
  assertEquals([code, stdout.trimEnd().split("\n").toSorted()], [1, expected.toSorted()]);
});

systemTest({
  name: "many hosts: a short soak has only whole lines, and as many descriptors as before",
  namespaces: true,
}, async () => {
  const result = await soak({
    program: SOURCE_PROGRAM,
    seconds: 12,
    targets: 200,
    interval: "100ms",
  });
  assertEquals(judgeSoak(result), []);
  // A quarter of a second of replies is enough to judge: how soon a busy machine starts the program is its own affair.
  assert((result.lines.get("reply") ?? 0) > 500);
  assert(result.samples.length >= 3);
});

Deno.test("many hosts: a long run keeps no more in memory than a run of a thousand probes", async () => {
  const argv = [
    ...[Deno.execPath(), "run", "-A", "--quiet", "--v8-flags=--expose-gc"],
    ...["--config", `${PROJECT_FOLDER}deno.json`, `${PROJECT_FOLDER}bench/heap.ts`, "10", "12000"],
  ];
  const { stdout } = await mustRun(argv, { timeoutMs: 120_000 });
  const steps = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(steps.map(({ probes }) => probes).at(-1), 12_000);
  // Statistics are exact up to 1024 values and sketches from then on.
  const [first, ...rest] = steps.filter(({ probes }) => probes > 1024);
  for (const { probes, heapBytes } of rest) {
    const message = `${heapBytes} bytes after ${probes} probes, ${first.heapBytes} before`;
    assert(heapBytes < first.heapBytes * 1.1, message);
  }
});
