/** What `scan` has of zmap's habits: filters, limits, a configuration file, and what is written for others. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { CommandResult } from "../support/command.ts";
import { VethPair } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

/** 1024 hosts that answer. */
const BLOCK = "10.60.0.0/22";
const QUICK = ["--cooldown", "1s", "--rate", "20k"];

const WRONG_FILTERS: readonly (readonly [filter: string, complaint: RegExp])[] = [
  ["rt_ms < 5", /such as rtt_ms at character 1, found 'rt_ms'$/m],
  ["duplicat", /such as duplicate at character 1/],
  ["type = replies", /expected one of reply, icmp_error, unsent at character 8/],
  ["address = 10.60.0.0/24", /expected one IPv4 address at character 11/],
];

type Record = { readonly type: string } & { readonly [key: string]: unknown };

function scan(pair: VethPair, ...words: readonly string[]): Promise<CommandResult> {
  return pair.near.run(SOURCE_PROGRAM.argv("scan", "-q", ...QUICK, ...words));
}

function readRecords(stdout: string): Record[] {
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

const linesOf = (text: string) => text.split("\n").slice(0, -1);

systemTest({
  name: "scan: filters, limits, a configuration file and what is written for others",
  namespaces: true,
  tools: ["zmap"],
}, async (context) => {
  await using pair = await VethPair.open();
  await pair.ownBlock(BLOCK);
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o777);
  try {
    await context.step("--output-filter prints what it is true of, in every format", async () => {
      const filter = [
        "--output-filter",
        "address != 10.60.1.7 && !(rtt_ms > 10000) && !duplicate",
      ];
      const text = await scan(pair, ...filter, "10.60.1.0/28");
      assertEquals([text.code, linesOf(text.stdout).length], [0, 15]);
      assert(!text.stdout.includes("10.60.1.7\n"));
      const json = await scan(pair, "--json", "--output-filter", "ttl = 64", "10.60.1.0/28");
      const replies = readRecords(json.stdout).filter(({ type }) => type === "reply");
      assertEquals(replies.length, 16);
      for (const { identifier, sequence, ip_id, time, time_iso } of replies) {
        assert([identifier, sequence, ip_id].every((value) => Number(value) >> 16 === 0));
        assertEquals(Math.abs(Date.parse(String(time_iso)) - Number(time) * 1000) <= 1, true);
      }
      const none = await scan(pair, "--output-filter", "flags = zero", "10.60.1.0/28");
      assertEquals([none.code, none.stdout], [0, ""]);
      // The example of the help: an ordinary reply passes.
      const plain = await scan(pair, "--output-filter", "rtt_ms<60000 && !flags", "10.60.1.0/28");
      assertEquals([plain.code, linesOf(plain.stdout).length], [0, 16]);
      for (const [wrong, complaint] of WRONG_FILTERS) {
        const { code, stdout, stderr } = await scan(pair, "--output-filter", wrong, BLOCK);
        assertEquals([wrong, code, stdout], [wrong, 3, ""]);
        assertComplaint(stderr, complaint);
      }
    });

    await context.step("-n takes a share, and -N ends with as many results", async () => {
      const share = await scan(pair, "--json", "-n", "1%", BLOCK);
      const end = readRecords(share.stdout).at(-1);
      assertEquals([share.code, end?.["sent"], end?.["reason"]], [0, 11, "complete"]);
      for (const wrong of ["0", "1.", "0%", "101%"]) {
        const { code, stderr } = await scan(pair, "-n", wrong, BLOCK);
        assertEquals([wrong, code], [wrong, 3]);
        assertComplaint(stderr, /for --max-targets: expected a number of addresses such as 1000/);
      }
      const some = await scan(pair, "--rate", "200", "-N", "5", BLOCK);
      assertEquals([some.code, linesOf(some.stdout).length], [0, 5]);
      const few = await scan(
        pair,
        ...["--rate", "200", "--json", "-N", "3", "--output-filter", "ttl = 64", BLOCK],
      );
      const records = readRecords(few.stdout);
      assertEquals(records.filter(({ type }) => type === "reply").length, 3);
      assertEquals([few.code, records.at(-1)?.["reason"]], [0, "enough"]);
      assert(Number(records.at(-1)?.["sent"]) < 1024);
    });

    await context.step("--max-runtime ends the sending, and what was sent is awaited", async () => {
      const { code, stdout } = await scan(
        pair,
        ...["--json", "--rate", "100", "--max-runtime", "500ms", BLOCK],
      );
      const end = readRecords(stdout).at(-1);
      assertEquals([code, end?.["reason"]], [0, "deadline"]);
      assertEquals(end?.["sent"], end?.["received"]);
      assert(Number(end?.["sent"]) < 1024);
    });

    await context.step("--config gives options, and the command line comes first", async () => {
      const path = `${folder}/zmap.conf`;
      const lines = [
        ...["# as zmap.conf", "", "rate 20000", 'output-filter = "ttl = 64"', "max-targets=4"],
        ...["exclude 10.60.0.0/23", "json"],
      ];
      await Deno.writeTextFile(path, lines.join("\n"));
      const { code, stdout } = await scan(pair, "--config", path, "-n", "6", BLOCK);
      const replies = readRecords(stdout).filter(({ type }) => type === "reply");
      assertEquals([code, replies.length], [0, 6]);
      assert(replies.every(({ address }) => /^10\.60\.[23]\./.test(String(address))));
      for (
        const [text, complaint] of [
          ["rate fast", /zmap\.conf, line 1: Cannot take 'fast' for --rate/],
          ["\n\nrats 5", /zmap\.conf, line 3: Cannot use --rats: no such option/],
          ["config x", /line 1: a file of --config cannot name another/],
          ["json\nformat csv", /--json with --format csv/],
          ["!", /line 1: expected an option, as in rate 10000/],
        ] as const
      ) {
        await Deno.writeTextFile(path, text);
        const wrong = await scan(pair, "--config", path, BLOCK);
        assertEquals([text, wrong.code, wrong.stdout], [text, 3, ""]);
        assertComplaint(wrong.stderr, complaint);
      }
    });

    await context.step("status rows, notes and metadata are written for others", async () => {
      const [status, metadata] = [`${folder}/status.csv`, `${folder}/meta.json`];
      const { code } = await scan(
        pair,
        ...["--status-updates-file", status, "--metadata", metadata, "--notes", "weekly, lab"],
        ...["--user-metadata", '{"site":"lab","tags":[1]}', "-n", "50%", "--retries", "2", BLOCK],
      );
      assertEquals(code, 0);
      const [header = "", ...rows] = linesOf(await Deno.readTextFile(status));
      const names = header.split(",");
      assert(rows.length > 0);
      const last = Object.fromEntries(
        (rows.at(-1) ?? "").split(",").map((cell, index) => [names[index], cell]),
      );
      assertEquals([last["sent"], last["targets_answered"], last["hit_percent"]], [
        "512",
        "512",
        "100",
      ]);
      assertMatch(last["time_iso"] ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      for (const name of ["--status-updates-file", "--metadata", "--checkpoint"]) {
        const refused = await scan(pair, name, "-", BLOCK);
        assertEquals([name, refused.code, refused.stdout], [name, 3, ""]);
        assertComplaint(
          refused.stderr,
          new RegExp(`Cannot write ${name} to standard output: expected a file`),
        );
      }
      const written = JSON.parse(await Deno.readTextFile(metadata));
      assertEquals([written.notes, written.user_metadata, written.options.max_targets], [
        "weekly, lab",
        { site: "lab", tags: [1] },
        512,
      ]);
    });

    await context.step("--echo finds the hosts that zmap finds, and what refuses", async () => {
      // Hosts that answer no timestamp request, and some that refuse echo.
      await pair.far.nft(`table ip e { chain c { type filter hook input priority 0;
        icmp type timestamp-request drop;
        ip daddr 10.60.3.0/28 icmp type echo-request reject with icmp type host-prohibited; }; }`);
      const none = await scan(pair, BLOCK);
      assertEquals([none.code, none.stdout], [0, ""]);
      const { stdout: link } = await pair.far.mustRun(["cat", "/sys/class/net/veth0/address"]);
      const zmap = await pair.near.mustRun([
        ...["zmap", "-q", "-M", "icmp_echoscan", "-i", "veth0", "-G", link.trim(), "-r", "2000"],
        ...["-S", pair.nearAddress, "-c", "5", "-b", "/dev/null", "-o", "-", BLOCK],
      ]);
      const hosts = (text: string) => new Set(linesOf(text));
      assertEquals(hosts(zmap.stdout).size, 1008);
      for (const path of [[], ["--raw-socket"]]) {
        const echo = await scan(pair, "--echo", ...path, BLOCK);
        assertEquals([path, echo.code], [path, 0]);
        assertEquals(hosts(echo.stdout), hosts(zmap.stdout));
      }
      const json = readRecords(
        (await scan(pair, "--echo", "--json", "10.60.2.240-10.60.3.15")).stdout,
      );
      assertEquals(json[0]?.["message"], "echo");
      const replies = json.filter(({ type }) => type === "reply");
      assertEquals(replies.length, 16);
      for (const reply of replies) {
        assertEquals([reply["flags"], reply["receive_ms"], reply["reading"]], [
          [],
          undefined,
          undefined,
        ]);
        assert(Number(reply["rtt_ms"]) >= 0 && Number(reply["rtt_ms"]) < 10_000);
      }
      // The kernel limits how many ICMP errors it sends a second.
      const refusals = json.filter(({ type }) => type === "icmp_error");
      assert(refusals.length > 0);
      assertMatch(String(refusals[0]?.["error"]), /prohibited/);
      const dry = await scan(pair, "--echo", "--dry-run", "10.60.0.1");
      assertMatch(dry.stdout, /echo request/i);
      await pair.far.nft("delete table ip e");
    });

    await context.step("--min-hitrate ends a scan that few hosts answer", async () => {
      await pair.far.nft(`table ip t { chain c { type filter hook input priority 0;
        ip daddr 10.60.0.64-10.60.3.255 drop; }; }`);
      const words = ["--json", "-P", "20", "--rate", "2000", "--min-hitrate", "10%", BLOCK];
      const { code, stdout, stderr } = await scan(pair, ...words);
      const end = readRecords(stdout).at(-1);
      assertEquals([code, end?.["reason"]], [1, "few-replies"]);
      assertMatch(
        stderr,
        /^icmptime: ended: 64 of 1,024 hosts replied, fewer than --min-hitrate 10 %$/m,
      );
      assert(Number(end?.["sent"]) < 20_480);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
