/**
 * `deno task bench:audit`: an audit of 65,536 addresses of which 6,000 answer, and of as many that all answer; time, packets, memory.
 *
 * The first block is the lab's, with a mix of behaviours; every label is checked. The second is the kernel's own. Ends with exit
 * code 1 when a host is missed or called otherwise, when the first takes more than 200 MB, or the second more than 120 s.
 */

import { runTool, say, ToolError } from "../tools/output.ts";
import { Lab } from "../tests/lab/lab.ts";
import type { HostBehaviour, QuirkName } from "../tests/lab/scenario.ts";
import { Namespace } from "../tests/support/namespace.ts";
import { SOURCE_PROGRAM } from "../tests/support/program.ts";

const BLOCK = "198.18.0.0/16";
const ANSWERING = 6000;
const MAX_MEMORY_KB = 200 * 1024;
const MAX_SECONDS = 120;
const TIMEOUT_MS = 600_000;

/** What each kind of host is called, beside how it treats messages. */
const KINDS: readonly (readonly [QuirkName, string, HostBehaviour?])[] = [
  ["lazy", "lazy"],
  ["normal", "normal", { processing: 3 }],
  ["high-bit", "high-bit"],
  ["little-endian", "little-endian"],
  ["local-time-zone", "time-zone", { zoneMinutes: -300 }],
  ["stuck", "stuck"],
  ["zero", "constant-zero"],
  ["copy-originate", "originate-echo"],
  ["unix-seconds", "unix-seconds"],
];

interface Line {
  readonly type: string;
  readonly address: string;
  readonly labels: readonly string[];
  readonly duration_s: number;
  readonly sent: number;
  readonly targets_answered: number;
}

/** The same words for both, with GNU time(1) in front. */
function command(report: string): string[] {
  return [
    ...["time", "-f", "%e %M %U %S", "-o", report],
    ...SOURCE_PROGRAM.argv("audit", "--json", "--include-reserved", "--max-offset", "2s", BLOCK),
  ];
}

function readLines(stdout: string): { readonly hosts: readonly Line[]; readonly end: Line } {
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line) as Line);
  return { hosts: lines.filter(({ type }) => type === "host"), end: lines.at(-1) as Line };
}

/** Prints one run; returns its seconds and its memory. */
async function describe(
  name: string,
  report: string,
  { hosts, end }: ReturnType<typeof readLines>,
) {
  const text = (await Deno.readTextFile(report)).trim().split("\n").at(-1) ?? "";
  const [seconds = NaN, kilobytes = NaN, user = NaN, system = NaN] = text.split(" ").map(Number);
  say(
    `${name}: ${hosts.length} hosts judged, ${seconds} s, ${end.sent} questions, ` +
      `${Math.round(kilobytes / 1024)} MB, ${(user + system).toFixed(1)} s of processor time`,
  );
  return { seconds, kilobytes };
}

async function auditLab(report: string): Promise<string[]> {
  const hosts: Record<string, HostBehaviour> = {};
  const expected = new Map<string, string>();
  for (let i = 0; i < ANSWERING; i++) {
    // 65,521 is prime.
    const place = (i * 10_007) % 65_521;
    const address = `198.18.${place >> 8}.${place & 255}`;
    const [quirk, label, more] = KINDS[i % KINDS.length] as typeof KINDS[number];
    hosts[address] = { silent: false, quirk, out: 2, back: 2, ...more };
    expected.set(address, label);
  }
  await using lab = await Lab.open({ scenario: { seed: 5, defaults: { silent: true }, hosts } });
  const { stdout } = await lab.run(command(report), { timeoutMs: TIMEOUT_MS });
  const found = readLines(stdout);
  const { kilobytes } = await describe("6,000 of 65,536 answer, the lab", report, found);
  const labels = new Map(found.hosts.map(({ address, labels }) => [address, labels]));
  const missed = [...expected].filter(([address, label]) => !labels.get(address)?.includes(label));
  const examples = missed.slice(0, 3).map(([address, label]) =>
    `${address}: ${labels.get(address)?.join() ?? "missing"}, expected ${label}`
  );
  return [
    ...(missed.length === 0 ? [] : [`${missed.length} hosts missed or mislabelled: ${examples}`]),
    ...(found.hosts.length === ANSWERING ? [] : [`${found.hosts.length} hosts found`]),
    ...(kilobytes <= MAX_MEMORY_KB ? [] : [`${kilobytes} KB, expected ${MAX_MEMORY_KB} at most`]),
  ];
}

async function auditKernel(report: string): Promise<string[]> {
  await using namespace = await Namespace.open();
  await namespace.mustRun(["ip", "route", "add", "local", BLOCK, "dev", "lo"]);
  const { stdout } = await namespace.run(command(report), { timeoutMs: TIMEOUT_MS });
  const found = readLines(stdout);
  const { seconds } = await describe("65,536 of 65,536 answer, the kernel", report, found);
  return [
    ...(found.hosts.length === 65_536 ? [] : [`${found.hosts.length} hosts found`]),
    ...(seconds <= MAX_SECONDS ? [] : [`${seconds} s, expected ${MAX_SECONDS} at most`]),
  ];
}

await runTool(async () => {
  const report = await Deno.makeTempFile();
  try {
    const faults = [...await auditLab(report), ...await auditKernel(report)];
    if (faults.length > 0) throw new ToolError(`Cannot accept the audit: ${faults.join("; ")}`);
  } finally {
    await Deno.remove(report);
  }
});
