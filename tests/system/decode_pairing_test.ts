/** Captures of live runs, decoded: the counts and replies are those of the run, and the times are tshark's. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Lab, withLabNeeds } from "../lab/lab.ts";
import type { Scenario } from "../lab/scenario.ts";
import { captureToFile } from "../support/capture.ts";
import { mustRun } from "../support/command.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { type OutputRecord, readRecords, type ReplyRecord } from "../support/records.ts";
import { BAD_LINE } from "../support/bad_line.ts";
import { systemTest } from "../support/tools.ts";

/** Of the live run every 20th reply is late or lost, and some are doubled or hold others up. */
const SCENARIO: Scenario = {
  seed: 14,
  defaults: {
    ...BAD_LINE,
  },
};

/** Nearly what the late replies take: a machine that is busy may hold up the others for a second before they are late, too. */
const TIMEOUT = "1400ms";

/** What a capture cannot know to the microsecond is left out: its stamps are those of tcpdump. */
function identity(
  { type, address, probe, sequence, identifier, ttl, length_bytes, flags, ...stamps }: ReplyRecord,
) {
  const { originate_ms, receive_ms, transmit_ms } = stamps;
  const marks = (flags as readonly string[]).filter((flag) =>
    /^(duplicate|late|originate)/.test(flag)
  );
  return [
    type,
    address,
    probe,
    sequence,
    identifier,
    ttl,
    length_bytes,
    originate_ms,
    receive_ms,
    transmit_ms,
    marks,
  ];
}

function counts(summary: OutputRecord): unknown[] {
  const names = ["sent", "received", "lost", "late", "duplicates", "icmp_errors", "pending"];
  return ["address", ...names].map((name) => summary[name]);
}

systemTest(
  withLabNeeds({
    name: "decode: a capture of a live run over a bad line gives its replies, timeouts and counts",
    tools: ["tcpdump", "tshark", "ping"],
  }),
  async () => {
    await using lab = await Lab.open({ scenario: SCENARIO });
    const path = await Deno.makeTempFile({ suffix: ".pcap" });
    try {
      const targets = ["198.18.0.1", "198.18.0.2", "198.18.0.3"];
      const words = ["--json", "-c", "100", "-i", "30ms", "-W", TIMEOUT, ...targets];
      let live = "";
      await captureToFile({
        ...{ at: lab, device: "lab0", path, mark: { from: lab, to: "198.18.1.1" } },
        async run() {
          live = (await lab.run(SOURCE_PROGRAM.argv("ping", ...words))).stdout;
        },
      });
      const { stdout } = await mustRun(
        SOURCE_PROGRAM.argv("decode", "--json", "-W", TIMEOUT, path),
      );
      const [run, all] = [readRecords(live), readRecords(stdout)];
      const isTarget = ({ address }: OutputRecord) => targets.includes(String(address));
      const decoded = {
        replies: all.replies.filter(isTarget),
        timeouts: all.timeouts.filter(isTarget),
        summaries: all.summaries.filter(isTarget),
      };
      assert(run.end.late > 0 && run.end.duplicates > 0 && run.end.lost > 0, live.slice(-900));
      assertEquals(new Set(decoded.replies.map(identity)), new Set(run.replies.map(identity)));
      const probes = (
        records: readonly OutputRecord[],
      ) => records.map((record) => `${record["address"]} ${record["probe"]}`).sort();
      assertEquals(probes(decoded.timeouts), probes(run.timeouts));
      assertEquals(decoded.summaries.map(counts), run.summaries.map(counts));
      assertEquals([all.end.pending, all.end["unmatched"]], [0, 0]);
    } finally {
      await Deno.remove(path);
    }
  },
);

systemTest(
  withLabNeeds({
    name: "decode: every echo reply is paired with the request, and the time, that tshark names",
    tools: ["tcpdump", "tshark", "ping"],
  }),
  async () => {
    await using lab = await Lab.open({ scenario: { seed: 3, defaults: { out: 3, back: 2 } } });
    const path = await Deno.makeTempFile({ suffix: ".pcap" });
    try {
      const mark = { from: lab, to: "198.18.1.1" };
      await captureToFile({
        ...{ at: lab, device: "lab0", path, mark },
        async run() {
          const pings = ["198.18.0.1", "198.18.0.2"].map((host) =>
            lab.run(["ping", "-n", "-c", "20", "-i", "0.01", host])
          );
          await Promise.all(pings);
        },
      });
      const { stdout } = await mustRun(SOURCE_PROGRAM.argv("decode", "--json", path));
      const fields = ["ip.src", "icmp.seq", "icmp.resptime"].flatMap((name) => ["-e", name]);
      const tshark = await mustRun([
        "tshark",
        "-n",
        "-r",
        path,
        "-Y",
        "icmp.resp_to",
        "-T",
        "fields",
        ...fields,
      ]);
      const theirs = tshark.stdout.trim().split("\n").map((line) => line.split("\t"));
      const ours = readRecords(stdout).replies;
      assertEquals([theirs.length, ours.length], [41, 41]);
      for (const [index, [address, sequence, ms]] of theirs.entries()) {
        const reply = ours[index];
        assertEquals([reply?.address, reply?.sequence], [address, Number(sequence)]);
        assertAlmostEquals(reply?.rtt_ms ?? NaN, Number(ms), 0.0011);
      }
    } finally {
      await Deno.remove(path);
    }
  },
);
