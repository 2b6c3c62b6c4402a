/**
 * The lab's reflector: a program that answers ICMP for a whole block of addresses on a TUN
 * device in its own network namespace. README.md says what it can do; lab.ts starts it for tests.
 *
 *     deno run -A reflector.ts --scenario FILE --block 198.18.0.0/15 --log FILE
 *
 * It prints `ready` when it answers. A line `flush` on its standard input writes the log so
 * far and prints `flushed`; a line `stop`, the end of standard input, SIGTERM or SIGINT ends it, log written.
 */

import { parseArgs } from "@std/cli/parse-args";
import { Command, type EngineReport, type EngineStart } from "./engine_protocol.ts";
import { Kernel } from "./kernel.ts";
import { parseScenario } from "./scenario_file.ts";

const MS_PER_DAY = 86_400_000;
const ORPHAN_GRACE_MS = 500;
/** The address of our own side of the TUN device (TEST-NET-1). */
const OWN_ADDRESS = "192.0.2.1";

async function main(): Promise<number> {
  const options = parseArgs(Deno.args, {
    string: [
      "scenario",
      "block",
      "log",
      "device",
      "address",
      "remove-namespace",
      "orphan-directory",
    ],
    default: { block: "198.18.0.0/15", device: "lab0", address: OWN_ADDRESS },
  });
  const text = (name: string) => String(options[name] ?? "");
  if (text("scenario") === "" || text("log") === "") {
    return fail("Cannot start: --scenario FILE and --log FILE are wanted");
  }
  if (await isFirstNamespace()) {
    return fail("Cannot start in the machine's own network: want a network namespace");
  }
  const scenario = parseScenario(await Deno.readTextFile(text("scenario")));
  const baseUnixMs = Math.floor(Date.now() / MS_PER_DAY) * MS_PER_DAY;
  const kernel = new Kernel(baseUnixMs);
  const tun = kernel.openTun(text("device"));
  await configure(text("device"), text("address"), text("block"));
  const waker = kernel.openWaker();
  const control = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const ask = (command: number) => {
    Atomics.store(new Int32Array(control), 0, command);
    kernel.wake(waker);
  };
  const engine = new Worker(new URL("./engine.ts", import.meta.url), { type: "module" });
  const ended = new Promise<number>((resolve) => {
    engine.onmessage = (event: MessageEvent<EngineReport>) => {
      if (event.data === "stopped") resolve(0);
      else say(event.data);
    };
    engine.onerror = (event) => {
      event.preventDefault();
      resolve(fail(`Cannot go on: ${event.message}`));
    };
  });
  const start: EngineStart = {
    scenario,
    block: text("block"),
    baseUnixMs,
    device: text("device"),
    tun,
    waker,
    logPath: text("log"),
    control,
  };
  engine.postMessage(start);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => ask(Command.stop));
  }
  const input = obeyInput(ask);
  const code = await ended;
  // A signal may have ended the parent as well: then its end of the pipe goes too.
  const isOrphan = await Promise.race([input, later(ORPHAN_GRACE_MS)]);
  if (isOrphan && text("orphan-directory") !== "") {
    await Deno.remove(text("orphan-directory"), { recursive: true }).catch(() => {});
  }
  if (text("remove-namespace") !== "") await removeNamespace(text("remove-namespace"));
  return code;
}

/** Does what standard input says until told to stop; true when it ended without a word: our starter died. */
async function obeyInput(ask: (command: number) => void): Promise<boolean> {
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    if (chunk.includes("stop")) {
      ask(Command.stop);
      return false;
    }
    if (chunk.includes("flush")) ask(Command.flush);
  }
  ask(Command.stop);
  return true;
}

function later(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms));
}

async function isFirstNamespace(): Promise<boolean> {
  const [own, first] = await Promise.all([
    Deno.readLink("/proc/self/ns/net"),
    Deno.readLink("/proc/1/ns/net").catch(() => ""),
  ]);
  return own === first;
}

async function configure(device: string, address: string, block: string): Promise<void> {
  const commands = [
    "link set lo up",
    `addr add ${address}/32 dev ${device}`,
    // A sweep's burst must wait here, not be dropped.
    `link set ${device} txqueuelen 50000 up`,
    `route add ${block} dev ${device} src ${address}`,
  ];
  // Forged packets and packets from routers on the way come from anywhere.
  for (const scope of ["all", "default", device]) {
    await Deno.writeTextFile(`/proc/sys/net/ipv4/conf/${scope}/rp_filter`, "0").catch(() => {});
    await Deno.writeTextFile(`/proc/sys/net/ipv6/conf/${scope}/disable_ipv6`, "1").catch(() => {});
  }
  const child = new Deno.Command("ip", { args: ["-batch", "-"], stdin: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(commands.join("\n") + "\n"));
  await writer.close();
  const { success } = await child.status;
  if (!success) throw new Error(`Cannot set up ${device}: ip failed`);
}

async function removeNamespace(name: string): Promise<void> {
  await new Deno.Command("ip", { args: ["netns", "delete", name], stderr: "null" }).output();
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function fail(message: string): number {
  Deno.stderr.writeSync(new TextEncoder().encode(`reflector: ${message}\n`));
  return 1;
}

if (import.meta.main) Deno.exit(await main());
