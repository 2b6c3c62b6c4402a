/** `icmptime audit` of whole blocks: all that answer are found and labelled, and none can speak for another. */

import { assert, assertEquals } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { Lab, labTest } from "../lab/lab.ts";
import type { HostBehaviour, QuirkName } from "../lab/scenario.ts";
import { VethPair } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";

interface Line {
  readonly type: string;
  readonly address: string;
  readonly verdict: string;
  readonly labels: readonly string[];
  readonly targets: number;
  readonly targets_answered: number;
}

const audit = (...words: string[]) => SOURCE_PROGRAM.argv("audit", "--json", ...words);
const linesOf = (text: string) => text.trim().split("\n").map((line) => JSON.parse(line) as Line);
/** How a host treats messages, whatever its clock shows. */
const MANNERS = new Set([
  ...["checksum-lazy", "answers-odd-code", "truncates-long", "echoes-long", "copies-tos"],
]);

/** What each kind of host is to be called. */
const KINDS: readonly (readonly [QuirkName, readonly string[], string, HostBehaviour?])[] = [
  ["lazy", ["lazy"], "right"],
  ["normal", ["normal"], "right", { processing: 3 }],
  ["high-bit", ["lazy", "high-bit"], "right"],
  ["little-endian", ["lazy", "little-endian"], "right"],
  ["local-time-zone", ["lazy", "time-zone"], "wrong", { zoneMinutes: 345 }],
  ["lazy", ["lazy"], "wrong", { clock: { offsetMs: -4_000_000 } }],
  ["stuck", ["stuck"], "unreadable"],
  ["zero", ["constant-zero"], "unreadable"],
  ["copy-originate", ["originate-echo"], "unreadable"],
  ["unix-seconds", ["lazy", "unix-seconds"], "right"],
];
const ANSWERING = 400;

labTest(
  { name: "audit: 400 of 4096 addresses answer, all found with exactly their labels" },
  async () => {
    const hosts: Record<string, HostBehaviour> = {};
    const expected = new Map<string, readonly [readonly string[], string]>();
    for (let i = 0; i < ANSWERING; i++) {
      // 4091 is prime: a walk over all of the block.
      const place = (i * 1009) % 4091;
      const address = `198.18.${place >> 8}.${place & 255}`;
      const [quirk, labels, verdict, more] = KINDS[i % KINDS.length] as typeof KINDS[number];
      hosts[address] = { silent: false, quirk, out: 2, back: 2, ...more };
      expected.set(address, [labels, verdict]);
    }
    await using lab = await Lab.open({ scenario: { seed: 5, defaults: { silent: true }, hosts } });
    const { stdout, stderr, code } = await lab.run(
      audit("--include-reserved", "--max-offset", "2s", "198.18.0.0/20"),
    );
    assertEquals(code, 1, stderr);
    const lines = linesOf(stdout);
    const found = new Map(
      lines.filter(({ type }) => type === "host").map((host) => [host.address, host]),
    );
    assertEquals([...found.keys()].sort(), [...expected.keys()].sort());
    for (const [address, [labels, verdict]] of expected) {
      const host = found.get(address);
      const shown = host?.labels.filter((label) => !MANNERS.has(label));
      assertEquals([shown, host?.verdict], [labels, verdict], address);
    }
    const end = lines.at(-1);
    assertEquals([end?.targets, end?.targets_answered], [4096, ANSWERING]);
  },
);

const VICTIM = "10.77.0.3";

systemTest({
  name: "audit: a host that speaks for others gives them no answer, label or verdict",
  namespaces: true,
  tools: ["nft", "python3"],
}, async () => {
  await Promise.all([true, false].map(async (isSilent) => {
    await using pair = await VethPair.open();
    await pair.far.ip(`addr add ${VICTIM}/24 dev ${pair.device}`);
    if (isSilent) {
      await pair.far.nft(`table ip silence {
        chain input {
          type filter hook input priority 0;
          ip daddr ${VICTIM} icmp type timestamp-request drop
        }
      }`);
    }
    const run = async (...targets: string[]) => {
      const { stdout, code, stderr } = await pair.near.run(audit(...targets));
      assert(code <= 1, stderr);
      return linesOf(stdout).filter(({ type }) => type === "host")
        .map(({ address, verdict, labels }) => ({ address, verdict, labels }))
        .sort((one, other) => one.address < other.address ? -1 : 1);
    };
    const named = [pair.farAddress, VICTIM], block = ["10.77.0.2-10.77.0.4"];
    const honest = [await run(...named), await run(...block)];
    const forger = pair.far.spawn([
      ...["python3", `${PROJECT_FOLDER}tests/support/forger.py`, pair.device, pair.farAddress],
      ...["speak-for", VICTIM],
    ]);
    try {
      await forger.output(/ready/);
      assertEquals([await run(...named), await run(...block)], honest);
      assertEquals(
        honest[0]?.find(({ address }) => address === VICTIM)?.verdict,
        isSilent ? "silent" : "right",
      );
      assertEquals(honest[1]?.some(({ address }) => address === VICTIM), !isSilent);
    } finally {
      forger.sendSignal("SIGTERM");
      // It did speak: twelve datagrams and more for each request.
      assert(Number((await forger.output(/sent (\d+)/))[1]) > 100);
    }
  }));
});
