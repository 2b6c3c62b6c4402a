/**
 * `deno run -A bench/clock_sntp.ts [ROUNDS]`: `icmptime clock` beside NTP clients on the same link, as root on Linux with
 * gcc, chronyd and ntpdig (ntpsec).
 *
 * Client and server are two namespaces of one machine, so the true offset is zero. chronyd serves in the far one; clients only
 * ask, none sets a clock. The links: a cable, and delay_link.c with jitter, with more of it, and with unequal ways.
 */

import { median } from "./timing.ts";
import { lastClock, readClockRun } from "../tests/support/clock_records.ts";
import { mustRun, RunningCommand } from "../tests/support/command.ts";
import { Namespace, VethPair } from "../tests/support/namespace.ts";
import { SOURCE_PROGRAM } from "../tests/support/program.ts";
import { say } from "../tools/output.ts";

const rounds = Number(Deno.args[0] ?? 10);
const NEAR = "10.78.0.1", FAR = "10.78.0.2";

/** A way to ask, and how its answer is read, milliseconds. */
interface Client {
  readonly name: string;
  readonly packets: number;
  readonly argv: readonly string[];
  readonly read: (output: string) => number;
}

function clients(folder: string, target: string): Client[] {
  const icmptime = (count: number): Client => ({
    name: "icmptime clock",
    packets: count,
    argv: SOURCE_PROGRAM.argv("clock", "--json", "-c", String(count), target),
    read: (output) => lastClock(readClockRun(output), target).offset_ms ?? NaN,
  });
  const chronyd = ["chronyd", "-Q", "-x", "-t", "10", `pidfile ${folder}/client.pid`, "cmdport 0"];
  return [
    icmptime(100),
    {
      name: "chronyd -Q, iburst",
      packets: 4,
      argv: [...chronyd, `server ${target} iburst`],
      read: (output) => Number(output.match(/System clock wrong by (\S+) seconds/)?.[1]) * 1e3,
    },
    {
      name: "ntpdig",
      packets: 1,
      argv: ["ntpdig", "-j", target],
      read: (output) => JSON.parse(output.trim().split("\n").at(-1) ?? "").offset * 1e3,
    },
    {
      name: "ntpdig -p 8",
      packets: 8,
      argv: ["ntpdig", "-j", "-p", "8", target],
      read: (output) => JSON.parse(output.trim().split("\n").at(-1) ?? "").offset * 1e3,
    },
  ];
}

function us(ms: number): string {
  return `${(ms * 1e3).toFixed(0)} µs`;
}

async function compare(near: Namespace, far: Namespace, target: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-sntp-" });
  await Deno.writeTextFile(
    `${folder}/server.conf`,
    `local stratum 8\nallow\ncmdport 0\npidfile ${folder}/server.pid\n`,
  );
  // -x: it never touches the clock.
  await using server = far.spawn([
    "chronyd",
    "-x",
    "-d",
    "-u",
    "root",
    "-f",
    `${folder}/server.conf`,
  ], {
    timeoutMs: 3_600_000,
  });
  await server.output(/Disabled control of system clock/, "stderr");
  say(
    "\n| client | packets | seconds | median error | worst error |\n| --- | --- | --- | --- | --- |",
  );
  for (const { name, packets, argv, read } of clients(folder, target)) {
    const errors: number[] = [];
    const startMs = performance.now();
    for (let round = 0; round < rounds; round++) {
      const { stdout, stderr } = await near.mustRun(argv, { timeoutMs: 120_000 });
      errors.push(Math.abs(read(stdout + stderr)));
    }
    const seconds = (performance.now() - startMs) / rounds / 1e3;
    const cells = [name, packets, seconds.toFixed(1), us(median(errors)), us(Math.max(...errors))];
    say(`| ${cells.join(" | ")} |`);
  }
  server.sendSignal("SIGTERM");
  await server.result();
  await Deno.remove(folder, { recursive: true });
}

async function cable(): Promise<void> {
  await using pair = await VethPair.open();
  say("\n### A cable (veth)");
  await compare(pair.near, pair.far, pair.farAddress);
}

async function delayed(
  link: string,
  outMs: number,
  backMs: number,
  jitterMs: number,
): Promise<void> {
  await using near = await Namespace.open();
  await using far = await Namespace.open();
  const words = [near.name, far.name, outMs, backMs, jitterMs, 7].map(String);
  await using relay = RunningCommand.spawn([link, ...words], {
    stdin: "open",
    timeoutMs: 3_600_000,
  });
  await relay.output(/ready/);
  await near.ip(`addr add ${NEAR} peer ${FAR} dev link0`, "link set link0 up");
  await far.ip(`addr add ${FAR} peer ${NEAR} dev link0`, "link set link0 up");
  say(`\n### ${outMs} ms out, ${backMs} ms back, jitter ${jitterMs} ms`);
  await compare(near, far, FAR);
}

const folder = await Deno.makeTempDir({ prefix: "icmptime-link-" });
const link = `${folder}/delay_link`;
await mustRun(["gcc", "-O2", "-o", link, new URL("delay_link.c", import.meta.url).pathname, "-lm"]);
await cable();
await delayed(link, 10, 10, 0.2);
await delayed(link, 10, 10, 2);
await delayed(link, 5, 25, 0.2);
await Deno.remove(folder, { recursive: true });
