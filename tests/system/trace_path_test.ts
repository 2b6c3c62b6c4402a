/** `icmptime trace` through five routers: the hops and their clocks, paths that split, limits, filters of replies, forgers. */

import { assert, assertEquals } from "@std/assert";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { Namespace } from "../support/namespace.ts";
import { systemTest } from "../support/tools.ts";
import { FAR, TraceChain } from "../support/trace_chain.ts";
import { runTrace, type TraceHopRecord } from "../support/trace_records.ts";

const HOST = "10.99.7.1", SPLIT = "10.99.7.2", LIMITED = "10.99.7.3", FORGED = "10.99.7.4";
const DROPPED = "10.99.7.5";
const LABELLED = "10.99.7.6", MOVED = "10.99.7.7";
/** Errors of a router about requests that it drops, and what is said of them; a host for each. */
const ERRORS: readonly (readonly [act: string, finding: string, sentence: string])[] = [
  ["3.4", "refused", "refused by 10.99.3.2: fragmentation needed and DF set"],
  ["3.5", "refused", "refused by 10.99.3.2: source route failed"],
  ["3.15", "refused", "refused by 10.99.3.2: precedence cutoff in effect"],
  ["11.1", "refused", "refused by 10.99.3.2: fragment reassembly time exceeded"],
  ["12.0", "refused", "refused by 10.99.3.2: pointer indicates the error"],
  ["12.1", "refused", "refused by 10.99.3.2: a required option is missing"],
  // Neither means that the request is lost (RFC 6633, RFC 792).
  ["4.0", "silent", "down, or all ICMP is filtered after hop 3"],
  ["5.1", "silent", "down, or all ICMP is filtered after hop 3"],
];
const ODD_ROUTER = new URL("../support/odd_router.py", import.meta.url).pathname;
const ROUTERS = [1, 2, 3, 4, 5].map((hop) => `10.99.${hop}.2`);
/** Probes that are dropped here are waited for no longer than this: what is answered is answered in a millisecond. */
const SHORT = ["--timeout", "400ms"];

const addresses = (hops: readonly TraceHopRecord[]) => hops.map((hop) => hop.hop_address);

/** Fills one hook with rules, and takes them away at the end. */
async function withRules(node: Namespace, hook: string, rule: string, fn: () => Promise<void>) {
  const table = `w_${hook}`;
  await node.nft(
    `add table ip ${table}\n` +
      `add chain ip ${table} c { type filter hook ${hook} priority -150; }\n` +
      `add rule ip ${table} c ${rule}\n`,
  );
  try {
    await fn();
  } finally {
    await node.nft(`delete table ip ${table}\n`);
  }
}

systemTest({
  name:
    "trace: hops as traceroute and tracepath have them, clocks, splits, limits, replies, forgers",
  namespaces: true,
  tools: ["nft", "traceroute", "tracepath", "tcpdump", "python3"],
}, async (context) => {
  await using chain = await TraceChain.open();
  const near = chain.node(0);

  await using capture = chain.node(1).spawn(
    ["tcpdump", "-n", "-vv", "-x", "-l", "-i", "l1", `icmp and dst host ${HOST}`],
  );
  await capture.output(/listening on/, "stderr");
  const { code, verdicts: [verdict], hops } = await runTrace(chain, HOST);
  // A last packet of its own length: once it is printed, all before are.
  await near.mustRun(["ping", "-c", "1", "-s", "777", HOST]);
  await capture.output(/echo request.* length 785\b/);
  capture.sendSignal("SIGINT");
  const { stdout: packets } = await capture.result();

  await context.step("the hops are those of traceroute -I and tracepath", async () => {
    assertEquals([code, verdict?.sentence, verdict?.distance], [0, "answers both", 6]);
    const expected = [...ROUTERS, HOST];
    assertEquals(addresses(hops), expected);
    const traceroute = await near.mustRun(["traceroute", "-I", "-n", "-q", "1", HOST]);
    const shown = [...traceroute.stdout.matchAll(/^ *\d+ {2}(\S+) /gm)].map(([, it]) => it);
    assertEquals(shown, expected);
    const tracepath = await near.mustRun(["tracepath", "-n", HOST]);
    // It asks hop 1 twice, and uses UDP, which the host refuses: the last line is the host too.
    const found = [...tracepath.stdout.matchAll(/^ *(\d+): {2}(\d\S+) /gm)];
    assertEquals([...new Map(found.map(([, hop, it]) => [hop, it])).values()], expected);
  });

  await context.step("each router's own clock is ours, within bounds of its round trip", () => {
    for (const { hop, offset_lower_ms: lower = NaN, offset_upper_ms: upper = NaN } of hops) {
      // A busy machine makes the round trip longer; a stamp that is read wrong is hours off.
      const isNear = lower <= 0 && upper >= 0 && upper - lower < 5000;
      assert(isNear, `hop ${hop}: ${lower} to ${upper}`);
    }
  });

  await context.step(
    "all probes of a flow have one ICMP checksum, which tcpdump finds right",
    () => {
      assertEquals(packets.match(/wrong icmp cksum/g), null);
      const sums = new Map<string, Set<string>>();
      let count = 0;
      for (const packet of packets.split(/^(?=\S)/m)) {
        const words = packet.match(/^\t0x\d+: {2}(.*)$/gm)?.map((line) => line.slice(10)).join(" ");
        const octets = words?.replaceAll(" ", "");
        const ttl = parseInt(octets?.slice(16, 18) ?? "", 16);
        if (octets === undefined || !(ttl < 64)) continue;
        count++;
        const type = octets.slice(40, 42);
        const flow = octets.slice(44, 48) + octets.slice(48, 52);
        sums.set(type, (sums.get(type) ?? new Set()).add(flow));
      }
      assert(count >= 36, `${count} probes with a time to live of their own`);
      assertEquals([...sums.keys()].sort(), ["08", "0d"]);
      const [echo, timestamp] = [...sums.values()];
      assertEquals([echo?.size, timestamp?.size, [...echo ?? []]], [1, 1, [...timestamp ?? []]]);
    },
  );

  await context.step("replies that a router drops on their way back", async () => {
    for (const at of [1, 3]) {
      await withRules(chain.node(at), "forward", "icmp type timestamp-reply drop", async () => {
        const { code, verdicts } = await runTrace(chain, ...SHORT, HOST);
        assertEquals([code, verdicts[0]?.finding, verdicts[0]?.sentence], [
          1,
          "replies_dropped",
          `timestamp replies are dropped on the way back, between hop ${at + 1} and hop ${at}`,
        ], JSON.stringify(verdicts));
      });
    }
  });

  await context.step(
    "replies that are dropped before any router can be asked: undecided",
    async () => {
      await withRules(chain.node(1), "postrouting", "icmp type timestamp-reply drop", async () => {
        const { code, verdicts } = await runTrace(chain, ...SHORT, HOST);
        assertEquals([code, verdicts[0]?.finding, verdicts[0]?.sentence], [
          1,
          "undecided",
          "up, and ignores timestamp requests, or the replies are dropped on the way back",
        ]);
        assert(verdicts[0]?.would_decide?.startsWith("a capture of ICMP types 13 and 14"));
      });
    },
  );

  await context.step("replies that this machine's own firewall drops", async () => {
    await withRules(near, "input", "icmp type timestamp-reply drop", async () => {
      const { verdicts } = await runTrace(chain, ...SHORT, HOST);
      assertEquals([verdicts[0]?.finding, verdicts[0]?.sentence], [
        "local_firewall",
        "this machine's own firewall refuses the replies, which do arrive",
      ]);
    });
  });

  await context.step("a router that sets the checksum right that was wrong", async () => {
    // The low bit of the checksum, which trace's wrong checksums have inverted, is inverted once more.
    const rule = `ip daddr ${HOST} icmp type timestamp-request @th,24,8 set @th,24,8 ^ 1`;
    await withRules(chain.node(4), "forward", rule, async () => {
      const { code, verdicts } = await runTrace(chain, ...SHORT, HOST);
      assertEquals([code, verdicts[0]?.finding], [1, "wrong_checksum_only"]);
    });
  });

  await context.step(
    "a load balancer keeps a flow on one path, and --paths finds both",
    async () => {
      const rule = `ip daddr ${SPLIT} meta mark set jhash @th,16,32 mod 2 seed 0x5`;
      await chain.node(2).ip(
        "rule add fwmark 1 lookup 99",
        `route add ${SPLIT} via 10.97.1.2 table 99`,
      );
      await withRules(chain.node(2), "prerouting", rule, async () => {
        const single = await runTrace(chain, "-q", "6", SPLIT);
        for (const { hop, hop_addresses: all, path_changes: changes } of single.hops) {
          assertEquals([hop, all.length, changes], [hop, hop === FAR ? 0 : 1, []]);
        }
        const thirds = new Set<string | undefined>();
        // Eight random flows are on one side once in 128 runs.
        for (let run = 0; run < 5 && thirds.size < 2; run++) {
          const { hops, verdicts } = await runTrace(chain, "--paths", SPLIT);
          assertEquals(verdicts[0]?.sentence, "answers both");
          for (const hop of hops.filter((each) => each.hop === 3)) thirds.add(hop.hop_address);
        }
        assertEquals([...thirds].sort(), ["10.97.1.2", "10.99.3.2"]);
      });
    },
  );

  await context.step("routers that limit their errors as Linux does hide no drop", async () => {
    const limit = "echo 6168 > /proc/sys/net/ipv4/icmp_ratemask";
    for (const router of chain.nodes.slice(1, FAR)) await router.mustRun(["sh", "-c", limit]);
    const rule = `ip daddr ${DROPPED} icmp type timestamp-request drop`;
    await withRules(chain.node(3), "forward", rule, async () => {
      const { verdicts } = await runTrace(chain, "--timeout", "400ms", DROPPED);
      assertEquals(
        verdicts[0]?.sentence,
        "timestamp requests are dropped between hop 3 and hop 4; echo passes",
      );
    });
    const none = "echo 0 > /proc/sys/net/ipv4/icmp_ratemask";
    for (const router of chain.nodes.slice(1, FAR)) await router.mustRun(["sh", "-c", none]);
  });

  await context.step("a host whose kernel limits its replies", async () => {
    // Type 14 among what icmp_ratelimit limits to one a second.
    await chain.node(FAR).mustRun(
      ["sh", "-c", "echo 16384 > /proc/sys/net/ipv4/icmp_ratemask"],
    );
    const { code, verdicts } = await runTrace(chain, ...SHORT, LIMITED);
    await chain.node(FAR).mustRun(["sh", "-c", "echo 0 > /proc/sys/net/ipv4/icmp_ratemask"]);
    assertEquals([code, verdicts[0]?.finding], [0, "rate_limited"], JSON.stringify(verdicts));
  });

  await context.step(
    "routers that forge errors, that have MPLS, and errors of every other kind",
    async () => {
      const refused = ERRORS.map((_, index) => `10.99.7.${100 + index}`);
      const acts = ERRORS.map(([act], index) => `${refused[index]}=${act}`);
      await using router = chain.node(3).spawn([
        ...["python3", ODD_ROUTER, "l3", `${FORGED}=forge`, `${LABELLED}=mpls`],
        ...acts,
      ]);
      await router.output(/ready/);
      await using capture = near.spawn(["tcpdump", "-n", "-v", "-l", "-i", "r0", "icmp[0] = 11"]);
      await capture.output(/listening on/, "stderr");
      const expiring = `ip daddr ${LABELLED} ip ttl 1 drop`;
      await withRules(chain.node(3), "prerouting", expiring, async () => {
        const rule = "ip daddr 10.99.7.100-10.99.7.120 drop";
        await withRules(chain.node(3), "forward", rule, async () => {
          const { verdicts, hops } = await runTrace(chain, ...SHORT, FORGED, LABELLED, ...refused);
          const [forged, labelled, ...others] = verdicts;
          const said = JSON.stringify(forged);
          assertEquals([forged?.sentence, forged?.forgers], ["answers both", ["10.99.3.2"]], said);
          const hopsOf = (host: string) => hops.filter(({ target }) => target === host);
          assertEquals(addresses(hopsOf(FORGED)), [...ROUTERS, FORGED]);
          assertEquals([labelled?.sentence, labelled?.forgers], ["answers both", []]);
          assertEquals(addresses(hopsOf(LABELLED)), [...ROUTERS, LABELLED]);
          assertEquals(hopsOf(LABELLED).map((hop) => hop.mpls_labels), [
            ...[[], []],
            ["label 24005 tc 1 ttl 254", "label 17 tc 0 ttl 1"],
            ...[[], [], []],
          ]);
          assertEquals(
            others.map(({ finding, sentence }) => [finding, sentence]),
            ERRORS.map(([, finding, sentence]) => [finding, sentence]),
          );
        });
      });
      await capture.output(/label 24005, tc 1, ttl 254|label 24005, exp 1, ttl 254/);
    },
  );

  await context.step(
    "routers behind a filter of errors are silent, and what is not known is said",
    async () => {
      await withRules(chain.node(2), "forward", "icmp type time-exceeded drop", async () => {
        const rule = `ip daddr ${DROPPED} icmp type timestamp-request drop`;
        await withRules(chain.node(4), "forward", rule, async () => {
          const { verdicts, hops } = await runTrace(chain, ...SHORT, HOST, DROPPED);
          assertEquals(verdicts.map(({ sentence }) => sentence), [
            "answers both",
            "up, and ignores timestamp requests, or they are dropped after hop 2",
          ]);
          const [one, two] = ROUTERS;
          for (const host of [HOST, DROPPED]) {
            const own = hops.filter(({ target }) => target === host);
            assertEquals(addresses(own), [one, two, undefined, undefined, undefined, host]);
          }
        });
      });
    },
  );

  await context.step("a path that changes during the run", async () => {
    await using capture = chain.node(3).spawn(
      ["tcpdump", "-n", "-l", "--immediate-mode", "-i", "l3", `icmp and dst host ${MOVED}`],
    );
    await capture.output(/listening on/, "stderr");
    const argv = SOURCE_PROGRAM.argv("trace", "--json", "-q", "60", MOVED);
    await using command = near.spawn(argv);
    // The first of nine seconds of rounds have passed here.
    await capture.output(/^(?:.*\n){60}/);
    await chain.node(2).ip(`route add ${MOVED} via 10.97.1.2`);
    const { code, stdout } = await command.result();
    const third = stdout.split("\n").filter((line) => line.includes('"hop":3,')).map((line) =>
      JSON.parse(line) as TraceHopRecord
    );
    const [{ path_changes: changes = [], hop_addresses: found = [] } = {}] = third;
    assertEquals([code, changes.toSorted(), found.toSorted()], [
      0,
      ["echo 10.99.3.2 10.97.1.2", "timestamp 10.99.3.2 10.97.1.2"],
      ["10.97.1.2", "10.99.3.2"],
    ], stdout);
  });

  await context.step(
    "what --exclude names is not asked, also where it is on the path",
    async () => {
      const { hops } = await runTrace(chain, "--exclude", ROUTERS[2] ?? "", HOST);
      assertEquals(
        hops.map((hop) => hop.offset_lower_ms !== undefined),
        [true, true, false, true, true, true],
      );
    },
  );

  await context.step("a trace that is interrupted says so", async () => {
    await withRules(chain.node(1), "forward", `ip daddr ${HOST} drop`, async () => {
      await using command = near.spawn(SOURCE_PROGRAM.argv("trace", "--json", HOST));
      await command.output(/"type":"run"/);
      command.sendSignal("SIGINT");
      const { code, stdout } = await command.result();
      assertEquals([code, stdout.includes("the trace ended before it could be decided")], [
        1,
        true,
      ]);
    });
  });
});
