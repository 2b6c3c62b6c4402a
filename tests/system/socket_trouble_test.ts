/** System calls on the sockets that fail for a reason of this machine: said once, counted, and the run goes on. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Namespace, VethPair } from "../support/namespace.ts";
import { processorShare } from "../support/processor_time.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { type OutputRecord, readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

const strace = (call: string, injection: string) => [
  ...["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`],
  ...["-e", `inject=${call}:${injection}`],
];

for (
  const [call, injection, said] of [
    ["recvmmsg", "error=EIO", /Cannot receive replies: Input\/output error \(EIO\)/],
    ["recvmmsg", "error=ENOMEM", /Cannot receive replies: Cannot allocate memory \(ENOMEM\)/],
    ["recvmmsg", "error=ENETDOWN:when=2+2", /Cannot receive replies: Network is down \(ENETDOWN\)/],
    ["ppoll", "error=EIO", /Cannot wait for replies: Input\/output error \(EIO\)/],
  ] as const
) {
  programTest({
    name: `ping: ${call} fails (${injection}): said once, counted, and the run goes on`,
    namespaces: true,
    tools: ["strace"],
  }, async (program) => {
    await using namespace = await Namespace.open();
    const words = program.argv("--json", "-c", "4", "-i", "100ms", "-W", "300ms", "127.0.0.1");
    const argv = [...strace(call, injection), ...words];
    const { code, stdout, stderr } = await namespace.run(argv);
    const { replies, timeouts, end } = readRecords(stdout);
    assertEquals([end.sent, replies.length + timeouts.length, end.reason], [4, 4, "complete"]);
    assertEquals(code, timeouts.length === 0 ? 0 : 1);
    assert(end.failed_calls > 0, `${end.failed_calls} failed calls`);
    assertMatch(stderr, said);
    assertEquals(stderr.match(/the run goes on/g)?.length, 1, stderr);
  });

  systemTest({
    name: `ping: while ${call} fails (${injection}) no processor spins`,
    namespaces: true,
    tools: ["strace"],
  }, async () => {
    await using namespace = await Namespace.open();
    const words = SOURCE_PROGRAM.argv("--json", "--loop", "-i", "200ms", "127.0.0.1");
    await using tracer = namespace.spawn([...strace(call, injection), ...words]);
    await tracer.output(/"type":"(reply|timeout)"/);
    const { stdout } = await namespace.mustRun(["pgrep", "-P", String(tracer.pid)]);
    const pid = Number(stdout.trim());
    try {
      const share = await processorShare(pid, 1000);
      assert(share < 0.5, `${share} of a processor is used`);
    } finally {
      // Killing strace alone leaves its program running, with the pipes that the test reads.
      Deno.kill(pid, "SIGKILL");
    }
  });
}

systemTest({
  name: "clock and fping: recvmmsg fails: said once, and the run goes on",
  namespaces: true,
  tools: ["strace"],
}, async () => {
  await using namespace = await Namespace.open();
  for (const words of ["clock --json -c 10 127.0.0.1", "fping -c 3 -p 50 127.0.0.1"]) {
    const argv = SOURCE_PROGRAM.argv(...words.split(" "));
    const { stderr } = await namespace.run([...strace("recvmmsg", "error=EIO:when=3+3"), ...argv]);
    assertEquals(stderr.match(/Cannot receive replies: .*\(EIO\); the run goes on/g)?.length, 1);
  }
});

systemTest({
  name: "ping: a probe whose sendmmsg fails is unsent with the reason, the others are answered",
  namespaces: true,
  tools: ["strace"],
}, async () => {
  await using namespace = await Namespace.open();
  const words = SOURCE_PROGRAM.argv("--json", "-c", "4", "-i", "50ms", "127.0.0.1");
  for (const code of ["EIO", "ENOMEM", "ENETDOWN"]) {
    const argv = [...strace("sendmmsg", `error=${code}:when=2`), ...words];
    const { stdout } = await namespace.run(argv);
    const { unsent, end } = readRecords(stdout);
    assertEquals(unsent.map((record) => [record["probe"], record["error_code"]]), [[1, code]]);
    assertEquals([end.received, end.sent], [3, 3]);
  }
});

systemTest({
  name: "ping: a kernel without SO_MEMINFO or the size of the receive buffer: the run goes on",
  namespaces: true,
  tools: ["strace"],
}, async () => {
  await using namespace = await Namespace.open();
  const words = SOURCE_PROGRAM.argv("--json", "-c", "2", "-i", "50ms", "127.0.0.1");
  const { code, stdout, stderr } = await namespace.run([
    ...strace("getsockopt", "error=ENOPROTOOPT"),
    ...words,
  ]);
  const { end } = readRecords(stdout);
  assertEquals([code, end.received, end.kernel_drops], [0, 2, 0]);
  assertMatch(stderr, /^icmptime: Cannot .*\(ENOPROTOOPT\); the run goes on$/m);
});

for (const path of [[], ["--raw-socket"]]) {
  systemTest({
    name: `${
      ["scan", ...path].join(" ")
    }: recvmmsg fails: said once, counted, the scan goes on and does not end well`,
    namespaces: true,
    tools: ["strace"],
  }, async () => {
    await using pair = await VethPair.open();
    await pair.ownBlock("198.18.0.0/24");
    const options = ["--json", "--rate", "2000", "--cooldown", "1s", ...path];
    const argv = SOURCE_PROGRAM.argv("scan", "--include-reserved", ...options, "198.18.0.0/24");
    // Every other call fails: what it would have received waits for the next one.
    const injection = strace("recvmmsg", "error=ENOMEM:when=2+2");
    const { code, stdout, stderr } = await pair.near.run([...injection, ...argv]);
    const end = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as OutputRecord;
    assertEquals([code, end["reason"], end["received"]], [1, "complete", 256]);
    assert(Number(end["failed_calls"]) > 0);
    const said = /Cannot receive replies: .*\(ENOMEM\); the scan goes on/g;
    assertEquals(stderr.match(said)?.length, 1, stderr);
    assertMatch(stderr, /lost replies, perhaps: \d+ calls? to receive them failed/);
  });
}
