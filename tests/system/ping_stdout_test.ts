/** Standard output that ends early: a reader that goes, a disk that is full. */

import { assertEquals, assertMatch } from "@std/assert";
import { Namespace } from "../support/namespace.ts";
import { programTest } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";

for (const format of ["text", "json"]) {
  programTest({
    name: `ping: a reader that goes ends an endless run at once, without a word (${format})`,
    namespaces: true,
    tools: ["bash"],
  }, async (program) => {
    await using namespace = await Namespace.open();
    const script = '"$@" | head -n 1; echo "code ${PIPESTATUS[0]}" >&2';
    const ping = program.argv("--format", format, "--loop", "-i", "10ms", "127.0.0.1");
    const { stdout, stderr } = await namespace.run(["bash", "-c", script, "bash", ...ping]);
    assertMatch(stdout, /^[^\n]+\n$/);
    assertEquals(stderr, "code 0\n");
  });

  programTest({
    name:
      `ping: a full disk ends the run with one line, the summary on standard error, and code 4 (${format})`,
    namespaces: true,
  }, async (program) => {
    await using namespace = await Namespace.open();
    const script = 'exec "$@" >/dev/full';
    const ping = program.argv("--format", format, "--loop", "-i", "10ms", "127.0.0.1");
    const { code, stderr } = await namespace.run(["sh", "-c", script, "sh", ...ping]);
    assertEquals(code, 4);
    const [complaint, ...summary] = stderr.split(/(?<=\n)/);
    assertComplaint(complaint ?? "", /^icmptime: Cannot write the output: No space left on device/);
    assertMatch(
      summary.join(""),
      format === "json"
        ? /^\{"type":"summary",.*\n\{"type":"end",.*"exit_code":4,.*\n$/
        : /^\n--- 127\.0\.0\.1 ---\n\d+ sent, /,
    );
  });
}

programTest({
  name:
    "ping: with standard output and standard error closed it still asks, and its exit code shows the result",
  namespaces: true,
}, async (program) => {
  await using namespace = await Namespace.open();
  const script = 'exec "$@" >&- 2>&-';
  const answered = program.argv("-c", "1", "127.0.0.1");
  assertEquals((await namespace.run(["sh", "-c", script, "sh", ...answered])).code, 0);
  const unsent = program.argv("-c", "1", "192.0.2.7");
  assertEquals((await namespace.run(["sh", "-c", script, "sh", ...unsent])).code, 1);
});

programTest({
  name: "ping: a reader slower than the probes gets every line",
  namespaces: true,
}, async (program) => {
  await using namespace = await Namespace.open();
  // Some 1.4 MB, twenty times what a pipe holds; the reader starts late.
  const script = '"$@" | { sleep 0.5; cat; } | wc -l';
  const ping = program.argv("--json", "-c", "4000", "-i", "0.1ms", "127.0.0.1");
  const { stdout, stderr } = await namespace.run(["sh", "-c", script, "sh", ...ping]);
  assertEquals([stdout.trim(), stderr], [String(4000 + 3), ""]);
});
