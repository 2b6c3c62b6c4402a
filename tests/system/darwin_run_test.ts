/**
 * The tool as macOS would run it: a stand-in for macOS's C library takes only macOS's numbers, structures and byte orders, and reports
 * what macOS does not have. The network below is this kernel's.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { type DarwinProgram, openDarwinProgram } from "../support/darwin_system.ts";
import { VethPair } from "../support/namespace.ts";
import { readFindings, readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

const NEEDS = { namespaces: true, tools: ["gcc"] } as const;

/** Registers a test with two namespaces and the program. */
function darwinTest(
  name: string,
  test: (pair: VethPair, program: DarwinProgram) => Promise<void>,
): void {
  systemTest({ ...NEEDS, name: `macOS: ${name}` }, async () => {
    await using program = await openDarwinProgram();
    await using pair = await VethPair.open();
    await test(pair, program);
  });
}

darwinTest("ping measures with stamps of the program, and says so", async (pair, program) => {
  const words = ["--json", "-c", "3", "-i", "50ms", "-W", "10s", "-I", pair.device];
  const argv = program.argv(...words, pair.farAddress);
  const { code, stdout, stderr } = await pair.near.run(argv, { env: program.env });
  const { run, replies, end } = readRecords(stdout);
  assertEquals([code, stderr], [0, ""]);
  assertEquals([run["stamp_source"], end.sent, end.received, end.malformed], ["user", 3, 3, 0]);
  for (const { ttl, length_bytes, reading } of replies as readonly Record<string, unknown>[]) {
    assertEquals([ttl, length_bytes, reading], [64, 20, "standard"]);
  }
});

darwinTest("the time of receipt is the kernel's, unless it is refused", async (pair, program) => {
  const run = async (options: string) => {
    const argv = await program.codeArgv(
      `const { RawSocket } = await load("ffi/mod.ts");
      const { buildRequest } = await load("tests/support/request_bytes.ts");
      using socket = RawSocket.open(${options});
      const destination = 0x0a4d0002;
      const [sent] = socket.send([{ bytes: buildRequest(destination, 7), destination }]);
      let received = [];
      for (let i = 0; i < 6000 && received.length === 0; i++) {
        await socket.wait(10);
        received = socket.receive();
      }
      const [{ receivedAt, source, truncated, bytes }] = received;
      console.log(JSON.stringify({
        kind: receivedAt.source, source, truncated, length: bytes.length, stamp: socket.stampSource,
        isLater: receivedAt.realtimeNs >= sent.sentAt.realtimeNs - 1000 &&
          receivedAt.realtimeNs <= socket.clock.now().realtimeNs,
      }));`,
    );
    const { stdout, stderr } = await pair.near.run(argv, { env: program.env });
    assertEquals(stderr, "");
    return JSON.parse(stdout);
  };
  const expected = {
    source: 0x0a4d_0002,
    truncated: false,
    length: 40,
    stamp: "user",
    isLater: true,
  };
  assertEquals(await run("{}"), { ...expected, kind: "kernel" });
  assertEquals(await run("{ kernelStamps: false }"), { ...expected, kind: "user" });
});

darwinTest(
  "a datagram that is longer than its buffer is cut, and says so",
  async (pair, program) => {
    const argv = await program.codeArgv(
      `const { RawSocket } = await load("ffi/mod.ts");
    const { buildRequest } = await load("tests/support/request_bytes.ts");
    using sender = RawSocket.open({ slotBytes: 4096 });
    using receiver = RawSocket.open({ slotBytes: 2048 });
    const destination = 0x7f000001;
    sender.send([20, 2028, 2029].map((icmpBytes) => (
      { bytes: buildRequest(destination, icmpBytes, { type: 8, icmpBytes }), destination }
    )));
    const lengths = new Set();
    // The requests arrive as well as their answers.
    for (let i = 0; i < 6000 && lengths.size < 3; i++) {
      await receiver.wait(10);
      for (const { bytes, truncated } of receiver.receive()) lengths.add(bytes.length + " " + truncated);
    }
    console.log([...lengths].join());`,
    );
    const { stdout, stderr } = await pair.near.run(argv, { env: program.env });
    assertEquals([stdout.trim(), stderr], ["40 false,2048 false,2048 true", ""]);
  },
);

darwinTest("the commands that need no Linux work", async (pair, program) => {
  const commands: readonly (readonly [words: readonly string[], said: RegExp])[] = [
    [["clock", "-c", "3", "-i", "50ms", pair.farAddress], /^ {2}min rtt/m],
    [["--echo", "-c", "1", pair.farAddress], /^1 sent, 1 received, 0 % loss$/m],
    [["-c", "1", "localhost"], /^localhost \(127\.0\.0\.1\): seq=0/m],
    [["trace", pair.farAddress], /^10\.77\.0\.2: answers both$/m],
    [["audit", pair.farAddress], /^1 of 1 host answers/m],
  ];
  for (const [words, said] of commands) {
    const { code, stdout, stderr } = await pair.near.run(program.argv(...words), {
      env: program.env,
    });
    assertEquals([code, stderr], [0, ""], words.join(" "));
    assertMatch(stdout, said);
  }
});

darwinTest("what needs Linux says so, with exit code 4", async (pair, program) => {
  const refused: readonly (readonly [words: readonly string[], complaint: string])[] = [
    [["scan", pair.farAddress], "scan on this system, it needs Linux"],
    [["--mark", "7", "-c", "1", pair.farAddress], "mark datagrams with 7, it needs Linux"],
  ];
  for (const [words, complaint] of refused) {
    const result = await pair.near.run(program.argv(...words), { env: program.env });
    assertEquals([result.code, result.stdout, result.stderr], [
      4,
      "",
      `icmptime: Cannot ${complaint}: Function not implemented (ENOSYS)\n`,
    ]);
  }
});

darwinTest("an error has the text of its number there", async (pair, program) => {
  const argv = program.argv("--json", "-c", "1", "192.0.2.1");
  const { code, stdout, stderr } = await pair.near.run(argv, { env: program.env });
  const unsent = stdout.split("\n").find((line) => line.includes('"unsent"'));
  const { error_code, error } = JSON.parse(unsent ?? "{}");
  assertEquals([code, stderr], [1, ""]);
  assertEquals([error_code, error], [
    "ENETUNREACH",
    "Cannot send to 192.0.2.1: Network is unreachable (ENETUNREACH)",
  ]);
});

darwinTest("doctor asks for nothing that is not there", async (pair, program) => {
  const argv = program.argv("doctor", "--json", pair.farAddress);
  const { code, stdout, stderr } = await pair.near.run(argv, { env: program.env });
  const findings = readFindings(stdout);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(findings.filter(({ state }) => state === "fail"), []);
  assertEquals(findings.find(({ check }) => check === "stamps")?.state, "warn");
});

darwinTest("masks without family and without their last octets are read", async (pair, program) => {
  const argv = await program.codeArgv(
    `const { listInterfaceAddresses } = await load("ffi/posix/interfaces.ts");
    console.log(JSON.stringify(listInterfaceAddresses().map(({ name, netmask }) => [name, netmask])));`,
  );
  const { stdout, stderr } = await pair.near.run(argv, { env: program.env });
  assertEquals(stderr, "");
  assertEquals(JSON.parse(stdout), [["lo", 0xff00_0000], [pair.device, 0xffff_ff00]]);
});

darwinTest("root becomes macOS's nobody, -2", async (pair, program) => {
  const argv = await program.codeArgv(
    `const { dropPrivilege } = await load("ffi/posix/privilege.ts");
    const identity = dropPrivilege({ get: () => undefined });
    console.log(JSON.stringify({ identity, user: Deno.uid(), group: Deno.gid() }));`,
  );
  const { stdout, stderr } = await pair.near.run(argv, { env: program.env });
  assertEquals(stderr, "");
  const id = 0xffff_fffe;
  assertEquals(JSON.parse(stdout), { identity: { userId: id, groupId: id }, user: id, group: id });
});

darwinTest("an output file is made with the rights that umask leaves", async (pair, program) => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-output-" });
  try {
    const path = `${folder}/out.json`;
    for (const lines of [1, 2]) {
      const argv = program.argv("--json", "-c", "1", "-o", path, pair.farAddress);
      const { code, stderr } = await pair.near.run(argv, { env: program.env });
      assertEquals([code, stderr], [0, ""]);
      const written = (await Deno.readTextFile(path)).split("\n");
      assertEquals(written.filter((line) => line.includes('"type":"reply"')).length, lines);
    }
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o666 & ~Deno.umask());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
