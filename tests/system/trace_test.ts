/** `icmptime trace` through five routers, with a firewall rule or a route that is in the way of each host. */

import { assertEquals, assertMatch } from "@std/assert";
import { systemTest } from "../support/tools.ts";
import { FAR, TraceChain } from "../support/trace_chain.ts";
import { runTrace, type TraceVerdict } from "../support/trace_records.ts";

/** One fault, of one host in the far block. */
interface Case {
  /** The host; one in the far block by default. */
  readonly host?: string;
  /** Where: distance from the near side. */
  readonly at?: number;
  /** Statements of a rule, by the hook at which it stands; `$host` is the host's address. */
  readonly rules?: Readonly<Partial<Record<Hook, string>>>;
  /** `ip` commands there. */
  readonly ip?: readonly string[];
  /** The expected name of the verdict. */
  readonly finding: string;
  /** The expected sentence. */
  readonly sentence: string | RegExp;
}

type Hook = "prerouting" | "input" | "forward" | "output" | "postrouting";

const REQUEST = "ip daddr $host icmp type timestamp-request";
const ANY = "ip daddr $host meta l4proto icmp";
const PASSES = "; echo passes";
const dropped = (near: string, far: number) =>
  `timestamp requests are dropped between ${near} and hop ${far}; echo passes`;

/** Each case has a host of its own: 10.99.7.1, 10.99.7.2 and so on. */
const CASES: readonly Case[] = [
  { finding: "answers", sentence: "answers both" },
  {
    at: FAR,
    rules: { input: `${REQUEST} drop` },
    finding: "ignores_timestamp",
    sentence: "up, ignores timestamp requests",
  },
  ...[1, 2, 3, 4].map((at) => ({
    at,
    rules: { forward: `${REQUEST} drop` },
    finding: "requests_dropped",
    sentence: dropped(`hop ${at}`, at + 1),
  })),
  ...[1, 2, 3, 4, 5].map((at) => ({
    at,
    rules: { prerouting: `${REQUEST} drop` },
    finding: "requests_dropped",
    sentence: dropped(at === 1 ? "this machine" : `hop ${at - 1}`, at),
  })),
  ...[1, 3, 5].map((at) => ({
    at,
    rules: { forward: `${ANY} drop` },
    finding: "silent",
    sentence: `down, or all ICMP is filtered after hop ${at}`,
  })),
  ...[
    ["net-unreachable", "network unreachable"],
    ["host-unreachable", "host unreachable"],
    ["prot-unreachable", "protocol unreachable"],
    ["port-unreachable", "port unreachable"],
    ["net-prohibited", "network administratively prohibited"],
    ["host-prohibited", "host administratively prohibited"],
    ["admin-prohibited", "communication administratively prohibited"],
  ].map(([code, name], i) => ({
    at: 1 + i % 5,
    rules: { forward: `${REQUEST} reject with icmp type ${code}` },
    finding: "refused",
    sentence: `timestamp requests are refused by 10.99.${1 + i % 5}.2: ${name}${PASSES}`,
  })),
  {
    at: 3,
    rules: { forward: `${ANY} reject with icmp type admin-prohibited` },
    finding: "refused",
    sentence: "refused by 10.99.3.2: communication administratively prohibited",
  },
  {
    at: FAR,
    rules: { input: `${REQUEST} reject with icmp type prot-unreachable` },
    finding: "refused",
    sentence: /^timestamp requests are refused by \$host: protocol unreachable; echo passes$/,
  },
  {
    at: 4,
    ip: ["route add unreachable $host"],
    finding: "refused",
    sentence: "refused by 10.99.4.2: host unreachable",
  },
  {
    at: 5,
    ip: ["route add prohibit $host"],
    finding: "refused",
    sentence: "refused by 10.99.5.2: communication administratively prohibited",
  },
  {
    at: 4,
    ip: ["route add blackhole $host"],
    finding: "silent",
    sentence: "down, or all ICMP is filtered after hop 3",
  },
  {
    at: 4,
    ip: ["route add $host via 10.99.4.1"],
    finding: "loop",
    sentence: /^caught in a routing loop between 10\.99\.3\.2 and 10\.99\.4\.2$/,
  },
  {
    at: 3,
    rules: { prerouting: `${ANY} ip ttl set 1` },
    finding: "loop",
    sentence: "expires at 10.99.3.2: a loop there, or something lowers the time to live",
  },
  {
    at: 3,
    rules: { prerouting: `${ANY} ip ttl set 64` },
    finding: "answers",
    sentence: "answers both",
  },
  {
    at: 3,
    rules: { forward: "ip daddr $host icmp type echo-request drop" },
    finding: "timestamp_only",
    sentence: "answers timestamp requests, but no echo requests",
  },
  {
    at: FAR,
    rules: { input: `${REQUEST} limit rate over 2/second burst 4 packets drop` },
    finding: "rate_limited",
    sentence: /^rate limited: answers \d+ of 20 at 50\/s$/,
  },
  {
    at: FAR,
    rules: { postrouting: "ip saddr $host ip protocol icmp ip saddr set 10.99.6.77" },
    finding: "other_answers",
    sentence: "another host answers: 10.99.6.77",
  },
  {
    at: 0,
    rules: { output: `${REQUEST} drop` },
    finding: "local_firewall",
    sentence: "this machine's own firewall refuses timestamp requests; echo passes it",
  },
  {
    at: 0,
    rules: { output: `${ANY} reject with icmp type admin-prohibited` },
    finding: "local_firewall",
    sentence: "this machine's own firewall refuses",
  },
  {
    at: 0,
    ip: ["route add prohibit $host"],
    finding: "local_firewall",
    sentence: "this machine's own firewall refuses",
  },
  {
    at: FAR,
    ip: ["rule add from $host lookup 98", "route replace default via 10.98.0.1 table 98"],
    finding: "answers",
    sentence: "answers both",
  },
  // Hosts that are not there: after three seconds the kernel that asked for them by ARP gives up.
  {
    host: "10.99.6.99",
    finding: "refused",
    sentence: "refused by 10.99.5.2: host unreachable",
  },
  {
    host: "10.99.1.99",
    finding: "unreachable",
    sentence: "down: neither it nor a router to it answers on the link (ARP)",
  },
  {
    host: "203.0.113.9",
    finding: "no_route",
    sentence: "this machine has no route to it (ENETUNREACH)",
  },
];

const hostOf = (index: number) => CASES[index]?.host ?? `10.99.7.${index + 1}`;

/** One rule set for each hook. */
function ruleSet(rules: readonly (readonly [Hook, string])[]): string {
  return [...new Set(rules.map(([hook]) => hook))].map((hook) =>
    `add table ip t\nadd chain ip t ${hook} { type filter hook ${hook} priority -150; }\n` +
    rules.filter(([each]) => each === hook).map(([, rule]) => `add rule ip t ${hook} ${rule}\n`)
      .join("")
  ).join("");
}

async function layFaults(chain: TraceChain): Promise<void> {
  for (let distance = 0; distance <= FAR; distance++) {
    const rules: (readonly [Hook, string])[] = [];
    for (const [index, { at, rules: own = {}, ip = [] }] of CASES.entries()) {
      if (at !== distance) continue;
      const fill = (text: string) => text.replaceAll("$host", hostOf(index));
      for (const [hook, rule] of Object.entries(own)) rules.push([hook as Hook, fill(rule)]);
      if (ip.length > 0) await chain.node(distance).ip(...ip.map(fill));
    }
    if (rules.length > 0) await chain.node(distance).nft(ruleSet(rules));
  }
}

systemTest({
  name: "trace: the verdict on each host, with something else in the way of each",
  namespaces: true,
  tools: ["nft"],
}, async (context) => {
  await using chain = await TraceChain.open();
  await layFaults(chain);
  const hosts = CASES.map((_, index) => hostOf(index));
  const { code, verdicts, hops } = await runTrace(chain, "--timeout", "1500ms", ...hosts);
  assertEquals([code, verdicts.length], [1, CASES.length]);
  const option = "it writes its time into an IP Timestamp option: clock --via ip-option reads it";
  assertEquals(verdicts.map(({ reasons }) => reasons.includes(option)).slice(0, 3), [
    ...[false, true, true],
  ]);
  for (const [index, { finding, sentence }] of CASES.entries()) {
    const verdict = verdicts[index] as TraceVerdict;
    await context.step(`${verdict.target}: ${finding}, ${sentence}`, () => {
      const said = verdict.sentence.replaceAll(verdict.target, "$host");
      const shown = JSON.stringify([verdict, hops.filter((hop) => hop.target === verdict.target)]);
      assertEquals(verdict.finding, finding, shown);
      if (typeof sentence === "string") assertEquals(said, sentence, shown);
      else assertMatch(said, sentence, shown);
    });
  }
});
