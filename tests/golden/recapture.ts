/**
 * `deno run -A tests/golden/recapture.ts [TOOL …]`: makes the files in captures/ again.
 *
 * Needs root and the tools. Everything happens between two new network namespaces, which
 * are gone afterwards; a tool that is not installed keeps the file it has.
 */

import { say, warn } from "../../tools/output.ts";
import { mustRun, runCommand } from "../support/command.ts";
import { VethPair } from "../support/namespace.ts";
import { findTool } from "../support/tools.ts";
import type { Capture, CapturedCommand, CapturedPacket } from "./capture.ts";

/** One tool: how it prints its version, and what it is to send. */
interface Session {
  readonly tool: string;
  /** The program; the tool's name when absent. */
  readonly program?: string;
  readonly versionArgv: readonly string[];
  readonly commands: readonly (readonly string[])[];
  /** Packets kept of each command; all when absent. */
  readonly mostPackets?: number;
}

const FAR = "10.77.0.2";
/** Behind the far host: a network with a small MTU, one that it rejects, one via a third host. */
const SMALL_MTU_HOST = "10.78.0.9";
const PROHIBITED_HOST = "10.79.0.9";
const REDIRECTED_HOST = "10.80.0.9";
const UNROUTED_HOST = "10.81.0.9";
/** Where a host should be, and none is. */
const SILENT_HOST = "10.82.0.9";

const SCAPY_SCRIPT = new URL("./scapy_packets.py", import.meta.url).pathname;
const CAPTURES = new URL("./captures/", import.meta.url);
/** For the last packet of a command to get through tcpdump, in milliseconds. */
const SETTLE_MS = 400;

const SESSIONS: readonly Session[] = [
  {
    tool: "ping",
    versionArgv: ["ping", "-V"],
    commands: [
      ["ping", "-c", "2", "-i", "0.2", FAR],
      ["ping", "-c", "1", "-s", "0", FAR],
      ["ping", "-c", "1", "-s", "1", "-Q", "0xb8", "-M", "do", "-t", "7", FAR],
      ["ping", "-c", "1", "-R", FAR],
      ["ping", "-c", "1", "-T", "tsonly", FAR],
      ["ping", "-c", "1", "-T", "tsandaddr", FAR],
      ["ping", "-c", "1", "-T", "tsprespec", FAR, FAR],
      ["ping", "-c", "1", "-W", "1", "-t", "1", SMALL_MTU_HOST],
      ["ping", "-c", "1", "-W", "1", "-M", "do", "-s", "1000", SMALL_MTU_HOST],
      ["ping", "-c", "1", "-W", "1", PROHIBITED_HOST],
      ["ping", "-c", "1", "-W", "1", REDIRECTED_HOST],
      ["ping", "-c", "1", "-W", "1", UNROUTED_HOST],
      ["ping", "-c", "1", "-W", "4", SILENT_HOST],
    ],
  },
  {
    tool: "fping",
    versionArgv: ["fping", "-v"],
    commands: [["fping", "-c", "2", "-p", "50", FAR], ["fping", "-C", "1", "-b", "100", FAR]],
  },
  {
    tool: "nping",
    versionArgv: ["nping", "--version"],
    commands: [
      ["nping", "--icmp", "--icmp-type", "timestamp", "--delay", "50ms", "-c", "2", FAR],
      [
        ...[
          "nping",
          "--icmp",
          "--icmp-type",
          "timestamp",
          "--icmp-id",
          "4660",
          "--icmp-seq",
          "65535",
        ],
        ...["--icmp-orig-time", "42694656", "--ttl", "9", "--tos", "3", "-c", "1", FAR],
      ],
      ["nping", "--icmp", "--icmp-type", "echo", "--data-length", "5", "-c", "1", FAR],
      ["nping", "--udp", "-p", "33434", "-c", "1", FAR],
      ["nping", "--icmp", "--icmp-type", "timestamp", "--ttl", "1", "-c", "1", SMALL_MTU_HOST],
      ["nping", "--icmp", "--icmp-type", "timestamp", "-c", "1", PROHIBITED_HOST],
    ],
  },
  {
    tool: "hping3",
    versionArgv: ["hping3", "--version"],
    commands: [
      ["hping3", "--icmp-ts", "-c", "2", "-i", "u50000", FAR],
      ["hping3", "--icmp", "-c", "1", "-d", "11", FAR],
      ["hping3", "--icmp", "--icmptype", "17", "-c", "1", FAR],
    ],
  },
  {
    tool: "clockdiff",
    mostPackets: 8,
    versionArgv: ["clockdiff", "-V"],
    commands: [["clockdiff", FAR], ["clockdiff", "-o", FAR], ["clockdiff", "-o1", FAR]],
  },
  {
    tool: "scapy",
    program: "/usr/bin/python3",
    versionArgv: ["/usr/bin/python3", "-c", "import scapy; print('scapy', scapy.__version__)"],
    commands: [["/usr/bin/python3", SCAPY_SCRIPT, FAR]],
  },
];

/** Lets the far kernel forward, reject and complain in every way that it knows. */
async function prepare(pair: VethPair): Promise<void> {
  const { near, far } = pair;
  for (const network of ["10.78", "10.79", "10.80", "10.81", "10.82"]) {
    await near.ip(`route add ${network}.0.0/24 via ${FAR}`);
  }
  await far.ip(
    "link add small0 mtu 600 type veth peer name small1",
    "addr add 10.78.0.1/24 dev small0",
    "link set small0 up",
    "link set small1 up",
    "route add prohibit 10.79.0.0/24",
    "route add 10.80.0.0/24 via 10.77.0.3",
    // A cable whose other end never answers: the kernel gives up with host unreachable.
    "link add silent0 type veth peer name silent1",
    "addr add 10.82.0.1/24 dev silent0",
    "link set silent0 up",
    "link set silent1 up",
  );
  await far.sysctl("net/ipv4/ip_forward", "1");
  await far.sysctl("net/ipv4/icmp_ratemask", "0");
  await far.sysctl("net/ipv4/conf/all/accept_source_route", "1");
  await near.sysctl("net/ipv4/conf/all/accept_redirects", "0");
}

async function captureCommand(pair: VethPair, argv: readonly string[]): Promise<CapturedCommand> {
  await using listener = pair.far.spawn(
    ["tcpdump", "-nn", "-t", "-x", "-l", "--immediate-mode", "-i", pair.device, "icmp"],
  );
  await listener.output(/listening on/, "stderr");
  await pair.near.run(argv);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  listener.sendSignal("SIGINT");
  const { stdout } = await listener.result();
  const command = argv.join(" ").replace(SCAPY_SCRIPT, "scapy_packets.py");
  return { command, packets: readPackets(stdout) };
}

/** Reads what `tcpdump -x` writes: a line for a packet, then lines of an offset and octets. */
function readPackets(text: string): CapturedPacket[] {
  const packets: { line: string; hex: string }[] = [];
  for (const line of text.split("\n")) {
    const octets = line.match(/^\s+0x[0-9a-f]+:\s+(.*)$/)?.[1];
    const last = packets.at(-1);
    if (octets !== undefined && last !== undefined) last.hex += octets.replaceAll(" ", "");
    else if (line.startsWith("IP ")) packets.push({ line, hex: "" });
  }
  return packets;
}

/** The first line that names a version, wherever the tool writes it. */
async function readVersion(argv: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runCommand(argv);
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim());
  return lines.find((line) => /\d/.test(line))?.replace(/^\/\S*\//, "") ?? "unknown";
}

async function recapture(session: Session): Promise<void> {
  const commands: CapturedCommand[] = [];
  for (const argv of session.commands) {
    // A new pair for each command: what one leaves in the kernel's caches changes the next.
    await using pair = await VethPair.open();
    await prepare(pair);
    const captured = await captureCommand(pair, argv);
    if (captured.packets.length === 0) throw new Error(`Cannot capture: ${captured.command}`);
    say(`${String(captured.packets.length).padStart(3)} packets: ${captured.command}`);
    commands.push({ ...captured, packets: captured.packets.slice(0, session.mostPackets) });
  }
  const capture: Capture = {
    tool: session.tool,
    version: await readVersion(session.versionArgv),
    tcpdumpVersion: await readVersion(["tcpdump", "--version"]),
    kernel: (await mustRun(["uname", "-sr"])).stdout.trim().replace(/-.*/, ""),
    commands,
  };
  const text = JSON.stringify(capture, null, 2) + "\n";
  await Deno.writeTextFile(new URL(`${session.tool}.json`, CAPTURES), text);
}

if (import.meta.main) {
  const wanted = Deno.args;
  for (const session of SESSIONS) {
    if (wanted.length > 0 && !wanted.includes(session.tool)) continue;
    const program = session.program ?? session.tool;
    if (program.startsWith("/") || findTool(program) !== undefined) await recapture(session);
    else warn(`${program} is not installed: captures/${session.tool}.json stays as it is`);
  }
}
