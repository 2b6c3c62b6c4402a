/** `icmptime respond` in place of the kernel, judged by the asker, by tcpdump and by the kernel's own variables. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RunningCommand } from "../support/command.ts";
import { type Namespace, VethPair } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import { until } from "../support/until.ts";

/** What one who answers sends to the requests of {@linkcode countReplies}. */
const ONCE = ["echo", "echo", "timestamp"];
const VARIABLES = ["icmp_echo_ignore_all", "icmp_ratemask", "icmp_ratelimit"];

async function kernelVariables(namespace: Namespace): Promise<string[]> {
  const { stdout } = await namespace.mustRun(
    ["cat", ...VARIABLES.map((name) => `/proc/sys/net/ipv4/${name}`)],
  );
  return stdout.trim().split("\n");
}

/** Why scapy cannot be used; undefined where it can. */
function whyNoScapy(): string | undefined {
  try {
    const { success } = new Deno.Command("/usr/bin/python3", { args: ["-c", "import scapy"] })
      .outputSync();
    return success ? undefined : "scapy is not installed";
  } catch {
    return "python3 is not installed";
  }
}

/** The shell that restores may still be at it when the program is gone. */
async function assertRestored(namespace: Namespace, expected: readonly string[]): Promise<void> {
  await until(`the variables are ${expected} again`, async () => {
    return (await kernelVariables(namespace)).join() === expected.join();
  });
}

async function respond(namespace: Namespace, ...words: string[]): Promise<RunningCommand> {
  const command = namespace.spawn(SOURCE_PROGRAM.argv("respond", "-I", "veth0", ...words));
  await command.output(/^Answering for .*\n/m);
  return command;
}

/**
 * Types of the replies to two echo requests and a timestamp request, as tcpdump sees them, sorted. Waits for as many as are
 * expected: the program answers when it has the processor, the kernel at once, so that an answer too many is seen, too.
 */
async function countReplies(
  pair: VethPair,
  address: string,
  expected: number,
): Promise<string[]> {
  await using tcpdump = pair.near.spawn(
    ["tcpdump", "-i", "veth0", "-n", "-l", "--immediate-mode", "icmp[0] == 0 or icmp[0] == 14"],
  );
  await tcpdump.output(/listening on/, "stderr");
  await pair.near.run(["ping", "-c", "1", "-W", "1", address]);
  await pair.near.run(["hping3", "--icmp-ts", "-c", "1", address]);
  await pair.near.run(["ping", "-c", "1", "-W", "1", "-p", "ff", address]);
  await tcpdump.output(new RegExp(`(?:.* reply.*\\n){${expected}}`));
  tcpdump.sendSignal("SIGINT");
  const { stdout } = await tcpdump.result();
  return stdout.trim().split("\n").map((line) =>
    line.includes("ICMP echo reply")
      ? "echo"
      : line.includes("ICMP time stamp reply")
      ? "timestamp"
      : line
  ).sort();
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const) {
  systemTest({
    name: `respond: the kernel is silent while we answer, and answers again after ${signal}`,
    namespaces: true,
    tools: ["ping", "hping3", "tcpdump"],
  }, async () => {
    await using pair = await VethPair.open();
    const { far, farAddress } = pair;
    const before = await kernelVariables(far);
    assertEquals(before, ["0", "6168", "1000"]);
    // The kernel knows the asker already: it has saved up for answers.
    assertEquals(await countReplies(pair, farAddress, 3), ONCE);
    const command = await respond(far, "--take-over", "--back", "2ms");
    assertEquals(await countReplies(pair, farAddress, 3), ONCE);
    const silent = await kernelVariables(far);
    assertEquals(silent.slice(0, 2), ["1", "16384"]);
    assert(Number(silent[2]) > 1e9, silent[2]);
    command.sendSignal(signal);
    const { code, stdout, stderr } = await command.result();
    assertEquals([code, stderr], [signal === "SIGKILL" ? 137 : 0, ""]);
    if (signal !== "SIGKILL") assertMatch(stdout, /^3 packets sent$/m);
    await assertRestored(far, before);
    assertEquals(await countReplies(pair, farAddress, 3), ONCE);
  });
}

systemTest({
  name:
    "respond: without --take-over the kernel answers too, a line says so, and a firewall is a cure",
  namespaces: true,
  tools: ["ping", "hping3", "tcpdump", "nft"],
}, async () => {
  await using pair = await VethPair.open();
  const { far, farAddress } = pair;
  await using command = await respond(far);
  assertMatch(command.stderr, /^icmptime: the kernel answers .* unless a firewall or --take-over /);
  assertEquals(await countReplies(pair, farAddress, 6), [...ONCE, ...ONCE].sort());
  await far.nft(
    "table ip quiet {\nchain out {\ntype filter hook output priority 0;\n" +
      "icmp type { echo-reply, timestamp-reply } drop;\n}\n}",
  );
  assertEquals(await countReplies(pair, farAddress, 3), ONCE);
});

systemTest({
  name: "respond: addresses of others only by name, and broadcasts never",
  namespaces: true,
  tools: ["ping", "hping3", "tcpdump"],
}, async () => {
  await using pair = await VethPair.open();
  const { near, far } = pair;
  const refused = await far.run(SOURCE_PROGRAM.argv("respond", "-I", "veth0", "9.9.9.9"));
  assertEquals(refused.code, 3);
  assertComplaint(refused.stderr, /9\.9\.9\.9: it may have hosts of others.* or --yes/);
  const link = await far.mustRun(["cat", "/sys/class/net/veth0/address"]);
  // The asker has a neighbour entry for them: this program answers no ARP.
  await near.ip(
    `route add 192.0.2.0/24 dev veth0`,
    `neigh replace 192.0.2.7 lladdr ${link.stdout.trim()} dev veth0`,
    `neigh replace 192.0.2.8 lladdr ${link.stdout.trim()} dev veth0`,
  );
  await using command = await respond(far, "--take-over", "192.0.2.7", "10.77.0.0/24");
  assertEquals(await countReplies(pair, "192.0.2.7", 3), ONCE);
  assertEquals(await countReplies(pair, "192.0.2.8", 0), [""]);
  await far.sysctl("net/ipv4/icmp_echo_ignore_broadcasts", "0");
  const broadcast = await near.run(["ping", "-b", "-c", "1", "-W", "0.5", "10.77.0.255"]);
  assertMatch(broadcast.stdout, /1 packets transmitted, 0 received/);
  command.sendSignal("SIGINT");
  assertEquals((await command.result()).code, 0);
});

systemTest({
  name: "respond: what cannot be is one line, and changes nothing",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  const { far } = pair;
  const before = await kernelVariables(far);
  const cases: readonly (readonly [words: string[], code: number, complaint: RegExp])[] = [
    [["-I", "lo", "--take-over"], 3, /keeps a loopback for itself/],
    [["-I", "none0"], 4, /Cannot answer on none0: No such device \(ENODEV\)/],
    [["-I", "veth0", "--tun", "198.18.0.0/24"], 3, /Cannot use --tun with --interface/],
    [["--take-over", "10.0.0.1"], 3, /Cannot use --take-over without --interface/],
    [["-I", "veth0", "224.0.0.1"], 3, /multicast/],
    [["-I", "veth0", "--log", "/nowhere/log"], 3, /nowhere/],
  ];
  for (const [words, code, complaint] of cases) {
    const result = await far.run(SOURCE_PROGRAM.argv("respond", ...words));
    assertComplaint(result.stderr.replace(/^icmptime: the kernel answers .*\n/, ""), complaint);
    assertEquals([result.code, result.stdout], [code, ""]);
  }
  await using first = await respond(far, "--take-over");
  const second = await far.run(SOURCE_PROGRAM.argv("respond", "-I", "veth0", "--take-over"));
  assertComplaint(second.stderr, /take over from the kernel: another program has done so/);
  assertEquals(second.code, 4);
  first.sendSignal("SIGTERM");
  await first.result();
  await assertRestored(far, before);
});

systemTest({
  name: "respond: the log says what was done, and belongs to the caller",
  namespaces: true,
  tools: ["ping", "hping3"],
}, async () => {
  await using pair = await VethPair.open();
  const folder = await Deno.makeTempDir();
  try {
    await Deno.chmod(folder, 0o777);
    const path = `${folder}/log.jsonl`;
    const env = { SUDO_UID: "4321", SUDO_GID: "4321" };
    const words = [
      "-I",
      "veth0",
      "--take-over",
      "--log",
      path,
      "--out",
      "2ms",
      "--duplicate",
      "100%",
    ];
    const command = pair.far.spawn(SOURCE_PROGRAM.argv("respond", ...words), { env });
    await command.output(/^Answering for .*\n/m);
    await pair.near.run(["ping", "-c", "1", "10.77.0.2"]);
    await pair.near.run(["hping3", "--icmp-ts", "-c", "1", "10.77.0.2"]);
    await Deno.rename(path, `${path}.1`);
    command.sendSignal("SIGUSR1");
    await pair.near.run(["ping", "-c", "1", "10.77.0.2"]);
    command.sendSignal("SIGTERM");
    assertEquals((await command.result()).code, 0);
    assertEquals((await Deno.stat(`${path}.1`)).uid, 4321);
    const texts = [await Deno.readTextFile(`${path}.1`), await Deno.readTextFile(path)];
    const records = texts.join("").trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(records.map(({ type }) => type), ["run", "answer", "answer", "answer", "end"]);
    const [run, echo, timestamp, , end] = records;
    assertEquals([run.interface, run.answered_addresses], ["veth0", "10.77.0.2"]);
    assertEquals(
      [
        echo.request,
        echo.fate,
        echo.source,
        echo.destination,
        echo.reply_count,
        echo.reply_delay_ms,
      ],
      ["echo", "replied", "10.77.0.1", "10.77.0.2", 2, 2],
    );
    assertEquals([timestamp.request, timestamp.receive_ms], ["timestamp", timestamp.transmit_ms]);
    // Two milliseconds after it came; how long hping3 and the cable took before is the machine's affair.
    assert(timestamp.receive_ms - timestamp.originate_ms >= 1, JSON.stringify(timestamp));
    assertEquals([end.requests, end.packets_sent, end.fate_replied, end.kernel_drops], [
      3,
      6,
      3,
      0,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

systemTest({
  name: "respond: a host that is like Linux answers scapy's odd requests as this kernel does",
  namespaces: true,
  missing: whyNoScapy(),
}, async () => {
  await using pair = await VethPair.open();
  const { near, farAddress } = pair;
  await using command = near.spawn(
    SOURCE_PROGRAM.argv("respond", "--tun", "198.18.0.0/24", "--like", "linux"),
  );
  await command.output(/^Answering for .*\n/m);
  const script = new URL("respond_requests.py", import.meta.url).pathname;
  const { stdout } = await near.mustRun(["/usr/bin/python3", script, farAddress, "198.18.0.1"]);
  const answers = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const answered = answers.filter(({ answers: [kernel] }) => kernel !== null);
  assert(answered.length >= 9, stdout);
  for (const { request, answers: [kernel, ours] } of answers) {
    assertEquals(ours, kernel, request);
    if (kernel !== null) assertEquals(kernel["checksums right"], true, request);
  }
});
