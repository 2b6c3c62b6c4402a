/** Replies that are spoiled or forged, and ICMP errors, as the lab sends them: what counts, what does not, what is flagged. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Lab, withLabNeeds } from "../lab/lab.ts";
import type { ErrorReply, HostBehaviour } from "../lab/scenario.ts";
import { programTest } from "../support/program.ts";
import { readRecords, remarksOf, type RunRecords, type SummaryRecord } from "../support/records.ts";

const COUNT = 3;
/** Addresses in the lab's block that no test asks. */
const STRANGER = "198.18.99.99";
const ROUTER = "198.18.99.1";

/** A host that answers oddly, and what its answers must come to. */
interface OddHost {
  readonly what: string;
  readonly behaviour: HostBehaviour;
  /** Flags of each reply; undefined when its answers do not count. */
  readonly flags?: readonly string[];
  /** Where answers that do not count are counted instead. */
  readonly stray?: "malformed" | "foreign" | "unmatched";
}

const spoil = (kind: string, bytes?: number): HostBehaviour => ({
  corruption: { ratio: 1, kinds: [kind], ...(bytes === undefined ? {} : { bytes }) },
} as HostBehaviour);

const forge = (kind: string, more: object = {}): HostBehaviour => ({
  forgery: { ratio: 1, kinds: [kind], instead: true, ...more },
} as HostBehaviour);

const ODD_HOSTS: readonly OddHost[] = [
  { what: "whole", behaviour: {}, flags: [] },
  { what: "cut in its stamps", behaviour: spoil("truncate", 12), stray: "malformed" },
  {
    what: "cut by a byte, checksum right",
    behaviour: spoil("truncate-checksummed", 19),
    stray: "malformed",
  },
  { what: "cut to its ICMP header", behaviour: spoil("truncate", 8), stray: "malformed" },
  // These the kernel keeps: half an ICMP header, an IPv4 length beyond the packet, half a datagram.
  { what: "cut in its ICMP header", behaviour: spoil("truncate", 7) },
  { what: "cut, its length a lie", behaviour: spoil("truncate-lying", 12) },
  { what: "half the fragments", behaviour: spoil("fragment-first-only") },
  { what: "in fragments", behaviour: spoil("fragment"), flags: [] },
  {
    what: "too long, checksum wrong",
    behaviour: spoil("extend", 8),
    flags: ["bad-checksum", "trailing-bytes"],
  },
  { what: "too long", behaviour: spoil("extend-checksummed", 8), flags: ["trailing-bytes"] },
  { what: "padded on the link", behaviour: spoil("pad", 8), flags: [] },
  { what: "with IPv4 options", behaviour: spoil("ip-options", 12), flags: ["ip-options"] },
  { what: "checksum wrong", behaviour: spoil("bad-checksum"), flags: ["bad-checksum"] },
  {
    what: "originate stamp changed",
    behaviour: { quirk: "other-originate" },
    flags: ["originate-changed"],
  },
  {
    what: "from another address",
    behaviour: forge("other-address", { from: STRANGER }),
    stray: "unmatched",
  },
  { what: "with another identifier", behaviour: forge("other-identifier"), stray: "foreign" },
  { what: "with a stale sequence", behaviour: forge("stale-sequence"), stray: "unmatched" },
];

const addressOf = (index: number) => `198.18.1.${index + 1}`;

const countsOf = ({ sent, received, lost, icmp_errors, duplicates, late }: SummaryRecord) => ({
  sent,
  received,
  lost,
  icmp_errors,
  duplicates,
  late,
});

const NOTHING_ELSE = { icmp_errors: 0, duplicates: 0, late: 0 };

programTest(
  withLabNeeds({
    name: "ping: spoiled replies count or not, each as it must, and say what is odd",
  }),
  async (program) => {
    const hosts = Object.fromEntries(
      ODD_HOSTS.map(({ behaviour }, index) => [addressOf(index), behaviour]),
    );
    await using lab = await Lab.open({ scenario: { hosts } });
    const targets = ODD_HOSTS.map((_, index) => addressOf(index));
    const argv = program.argv(
      "-v",
      "--json",
      "-c",
      String(COUNT),
      "-i",
      "100ms",
      "-W",
      "5s",
      ...targets,
    );
    const { code, stdout, stderr } = await lab.run(argv);
    assertEquals([code, stderr], [1, ""]);
    const records = readRecords(stdout);
    for (const [index, { what, flags }] of ODD_HOSTS.entries()) {
      const summary = records.summaries[index] as SummaryRecord;
      assertEquals(summary.address, addressOf(index));
      const received = flags === undefined ? 0 : COUNT;
      assertEquals(
        { what, ...countsOf(summary) },
        { what, sent: COUNT, received, lost: COUNT - received, ...NOTHING_ELSE },
      );
      const own = records.replies.filter((reply) => reply.address === addressOf(index));
      assertEquals(own.map((reply) => remarksOf(reply.flags)), Array(received).fill(flags));
      const isTrusted = !["bad-checksum", "originate-changed"].some((flag) =>
        flags?.includes(flag)
      );
      for (const reply of own) {
        assertEquals([what, "offset_ms" in reply], [what, isTrusted]);
      }
    }
    for (const kind of ["malformed", "foreign", "unmatched"] as const) {
      const hostCount = ODD_HOSTS.filter(({ stray }) => stray === kind).length;
      assertEquals([kind, records.end[kind]], [kind, hostCount * COUNT]);
    }
  },
);

programTest(
  withLabNeeds({
    name:
      "ping: -v prints what arrived and does not count, and never prints bytes that did not come",
  }),
  async (program) => {
    await using lab = await Lab.open({
      scenario: {
        hosts: {
          "198.18.1.1": spoil("truncate", 12),
          "198.18.1.2": forge("other-identifier"),
          "198.18.1.3": forge("other-address", { from: STRANGER }),
        },
      },
    });
    const targets = ["198.18.1.1", "198.18.1.2", "198.18.1.3"];
    const { stdout } = await lab.run(program.argv("-v", "-c", "1", "-W", "3s", ...targets));
    assertMatch(
      stdout,
      /^ignored \(malformed\): 198\.18\.1\.1: [^]*\(needed\s+20,\s+available\s+12,\s+offset\s+20\)$/m,
    );
    assertMatch(stdout, /^ignored \(foreign\): 198\.18\.1\.2: reply with identifier \d+$/m);
    assertMatch(stdout, /^ignored \(unmatched\): 198\.18\.99\.99: reply with sequence \d+ to no/m);
    assertEquals(stdout.match(/ rtt=/g), null);
  },
);

/** An ICMP error in place of every reply, and what must come of it. */
interface RefusingHost {
  readonly error: Omit<ErrorReply, "ratio">;
  /** The error in words; undefined when it does not end the probe. */
  readonly words?: RegExp;
}

const REFUSING_HOSTS: readonly RefusingHost[] = [
  { error: { type: 3, code: 1, from: ROUTER }, words: /unreachable.*host/ },
  { error: { type: 3, code: 13, quoteOptionBytes: 12 }, words: /unreachable/ },
  { error: { type: 3, code: 4, mtu: 1280, quoteBytes: 20 }, words: /unreachable/ },
  { error: { type: 11, code: 0, from: ROUTER, quoteOptionBytes: 40 }, words: /time exceeded/ },
  { error: { type: 11, code: 1 }, words: /time exceeded/ },
  { error: { type: 12, code: 0, pointer: 20 }, words: /parameter problem/ },
  { error: { type: 4, code: 0, from: ROUTER } },
  { error: { type: 5, code: 1, from: ROUTER, gateway: "198.18.99.2" } },
];

programTest(
  withLabNeeds({
    name: "ping: ICMP errors that quote us end the probe, quench and redirect do not",
  }),
  async (program) => {
    const hosts = Object.fromEntries(
      REFUSING_HOSTS.map((
        { error },
        index,
      ) => [addressOf(index), { error: { ratio: 1, ...error } }]),
    );
    await using lab = await Lab.open({ scenario: { hosts } });
    const targets = REFUSING_HOSTS.map((_, index) => addressOf(index));
    const argv = program.argv("--json", "-c", String(COUNT), "-i", "100ms", "-W", "5s", ...targets);
    const { code, stdout, stderr } = await lab.run(argv);
    assertEquals([code, stderr], [1, ""]);
    const { summaries, icmpErrors, end } = readRecords(stdout);
    for (const [index, { error, words }] of REFUSING_HOSTS.entries()) {
      const address = addressOf(index);
      const endsProbe = words !== undefined;
      assertEquals(
        { address, ...countsOf(summaries[index] as SummaryRecord) },
        {
          address,
          sent: COUNT,
          received: 0,
          ...NOTHING_ELSE,
          lost: endsProbe ? 0 : COUNT,
          icmp_errors: endsProbe ? COUNT : 0,
        },
      );
      const own = icmpErrors.filter((record) => record["address"] === address);
      assertEquals(own.map((record) => record["probe"]), endsProbe ? [0, 1, 2] : []);
      for (const record of own) {
        assertEquals([record["icmp_type"], record["icmp_code"]], [error.type, error.code]);
        assertEquals(record["reporter"], error.from ?? address);
        assertMatch(String(record["error"]), words as RegExp);
        assert((record["rtt_ms"] as number) > 0);
      }
    }
    assertEquals([end.foreign, end.malformed, end.unmatched], [0, 0, 0]);
  },
);

programTest(
  withLabNeeds({
    name: "ping: a TTL that runs out on the way is refused by the router where it did",
  }),
  async (program) => {
    const hops = ["198.18.99.1", "198.18.99.2"];
    await using lab = await Lab.open({ scenario: { defaults: { hops } } });
    for (const [ttl, router] of [["1", hops[0]], ["2", hops[1]], ["3", undefined]] as const) {
      const argv = program.argv("--json", "-c", "1", "-W", "30s", "-t", ttl, "198.18.1.1");
      const { code, stdout } = await lab.run(argv);
      const { icmpErrors, replies } = readRecords(stdout);
      assertEquals(
        icmpErrors.map((record) => record["reporter"]),
        router === undefined ? [] : [router],
      );
      assertEquals([code, replies.length], router === undefined ? [0, 1] : [1, 0]);
    }
  },
);

programTest(
  withLabNeeds({
    name:
      "ping: two runs at once receive each other's replies and errors, and count their own only",
  }),
  async (program) => {
    await using lab = await Lab.open({
      scenario: { hosts: { "198.18.1.2": { error: { ratio: 1, type: 3, code: 1 } } } },
    });
    const run = async (...args: string[]): Promise<RunRecords> => {
      const pace = ["-i", "20ms", "-W", "30s"];
      const argv = program.argv("-v", "--json", ...pace, ...args, "198.18.1.1", "198.18.1.2");
      await using ping = lab.spawn(argv);
      return readRecords((await ping.result()).stdout);
    };
    // The second run lies wholly inside the first, which has to hear all of it.
    const endless = program.argv(
      "-v",
      "--json",
      "--loop",
      ...["-i", "20ms", "-W", "30s"],
      "198.18.1.1",
      "198.18.1.2",
    );
    await using outer = lab.spawn(endless);
    await outer.output(/"type":"icmp_error"/);
    const inner = await run("-c", "10", "--identifier", "7");
    outer.sendSignal("SIGINT");
    const { end } = readRecords((await outer.result()).stdout);
    for (const [address, received, refused] of [["198.18.1.1", 10, 0], ["198.18.1.2", 0, 10]]) {
      const summary = inner.summaries.find((record) => record.address === address);
      assertEquals([summary?.received, summary?.icmp_errors, summary?.lost], [
        received,
        refused,
        0,
      ]);
    }
    assert(inner.end.foreign > 0);
    assertEquals(end.foreign, 20);
    assertEquals([end.lost, end.duplicates, end.unmatched], [0, 0, 0]);
  },
);
