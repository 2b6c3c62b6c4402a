/**
 * Every output of an audit that sweeps a block, of one that is resumed, and of one that looks for machines with several
 * addresses, as files: `deno run -RW tests/golden/transcripts.ts` rewrites them.
 *
 * Of 198.18.0.0/28 the sweep finds .0, .4, .8 and .12; the router 192.0.2.254 refuses for .2; nothing answers for the others.
 * Where they are asked, .4 is one hour behind, .8 shows zeros, and .0 and .12 are right. 198.18.0.1 is named, and so left out
 * of the sweep: it is right. A reply takes 0.4 ms.
 *
 * The audit that is resumed had judged .1 and .8 before, found .4 and not judged it, and had an ICMP error for .6. The one that
 * is stopped after 300 ms has not asked enough of any host that answers; one host is all that another is to ask, which is
 * stopped before it begins.
 *
 * Of the six addresses that are followed, .1 and .3 are one machine, 40 ms ahead and 45 ppm fast, .2 is 300 ms behind and 60 ppm
 * slow, .4 is 700 ms ahead and 80 ppm fast, .5 stands still, and .6 keeps the rate of UTC, as .7 does.
 */

import type { ScanRunOptions } from "../../src/run/scan/options.ts";
import { PackedBlocks } from "../../src/targets/packed_blocks.ts";
import { auditSimulated, type SimulatedAuditOptions } from "../support/simulated_audit.ts";
import { writeErrorReply } from "../support/simulated_datagram.ts";
import type { HostKind, Network } from "../support/simulated_network.ts";
import { answer, type Behaviour } from "../support/swept_network.ts";
import { formatAuditProgress } from "../../src/report/audit_status.ts";
import { writeAudit, writeAuditPage } from "./audit_transcripts.ts";

const BLOCK = 0xc6120000;
const ROUTER = 0xc00002fe;

const NETWORK: Network = {
  kinds: { 4: { clock: { offsetMs: -3_600_000 } }, 8: { quirk: "zero" } },
};

const behave: Behaviour = (probe) => {
  const last = probe.destination & 0xff;
  if (last === 2) {
    const request = { ...probe, start: 20, ttl: 64, type: 13 };
    const error = writeErrorReply(request, { type: 3, code: 13, quoteBytes: 20 }, ROUTER);
    return [{ bytes: error, delayMs: 4 }];
  }
  return last % 4 === 0 ? [{ bytes: answer(probe), delayMs: 10 }] : [];
};

/** A sweep of 16 addresses. */
function sweep(): NonNullable<SimulatedAuditOptions["blocks"]> {
  const targets = new PackedBlocks();
  targets.push(BLOCK, BLOCK + 15);
  const excluded = new PackedBlocks();
  excluded.push(BLOCK + 1, BLOCK + 1);
  const options: ScanRunOptions = {
    excluded,
    ...{ targets, rate: 1000, cooldownMs: 500, seed: 5 },
    includeReserved: true,
  };
  return { options, behaviour: behave };
}

const clock = (offsetMs: number, skewPpm: number): HostKind => ({ clock: { offsetMs, skewPpm } });

/** The texts by the names of their files. */
export async function blockTranscripts(): Promise<ReadonlyMap<string, string>> {
  const swept = await auditSimulated(NETWORK, { hosts: 1, blocks: sweep() });
  const done = swept.hosts.filter(({ target }) => [1, 8].includes(target.address & 0xff));
  const resumed = await auditSimulated(NETWORK, {
    ...{ hosts: 1, blocks: sweep() },
    earlier: {
      pending: [BLOCK + 4],
      final: new Set(done.map(({ target }) => target.address)),
      icmpErrors: [BLOCK + 6],
      async *hosts() {
        for (const each of done) yield await Promise.resolve(each);
      },
    },
  });
  const stopped = await auditSimulated(NETWORK, { hosts: 1, blocks: sweep(), stopAtMs: 300 });
  const never = await auditSimulated(NETWORK, { hosts: 1, stopAtMs: 0 });
  const kinds = {
    ...{ 1: clock(40, 45), 2: clock(-300, -60), 3: clock(40, 45), 4: clock(700, 80) },
    5: { quirk: "stuck" } as HostKind,
  };
  const followed = await auditSimulated({ kinds, back: 0.3 }, {
    ...{ hosts: 7, aliasesMs: 60_000, isOwnRateKept: true },
  });
  const progress = [swept, resumed, stopped].map(({ run }) =>
    formatAuditProgress(run.progress(), 12.4).join(", ")
  );
  return new Map([
    ["audit_block_text.txt", writeAudit(swept, { all: true })],
    ["audit_block.jsonl", writeAudit(swept, { format: "json" })],
    ["audit_resumed_text.txt", writeAudit(resumed, { all: true })],
    ["audit_resumed.jsonl", writeAudit(resumed, { format: "json" })],
    ["audit_stopped_text.txt", writeAudit(stopped, { all: true })],
    ["audit_never_text.txt", writeAudit(never, { all: true })],
    ["audit_block_progress.txt", `${progress.join("\n")}\n`],
    ["audit_aliases_text.txt", writeAudit(followed, { all: true })],
    ["audit_aliases.jsonl", writeAudit(followed, { format: "json" })],
    ["audit_aliases.html.txt", writeAuditPage(followed)],
  ]);
}
