/** Names: what /etc/hosts says counts, what does not resolve is reported, and the others are asked. */

import { assertEquals, assertMatch } from "@std/assert";
import { VethPair } from "../support/namespace.ts";
import { programTest } from "../support/program.ts";
import { assertComplaint, readRecords } from "../support/records.ts";

const HOSTS = `127.0.0.1 localhost
10.77.0.2 far.test other.test
10.77.0.255 everyone.test
224.0.0.1 many.test
2001:db8::7 six.test
`;

/** Two namespaces, the near one with its own /etc/hosts and no other source of names. */
class NamedPair implements AsyncDisposable {
  readonly pair: VethPair;

  private constructor(pair: VethPair) {
    this.pair = pair;
  }

  static async open(): Promise<NamedPair> {
    const named = new NamedPair(await VethPair.open());
    // `ip netns exec` puts the files of this folder in the place of those in /etc.
    await Deno.mkdir(named.#folder, { recursive: true });
    await Deno.writeTextFile(`${named.#folder}/hosts`, HOSTS);
    await Deno.writeTextFile(`${named.#folder}/nsswitch.conf`, "hosts: files\n");
    return named;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pair.close();
    await Deno.remove(this.#folder, { recursive: true });
  }

  get #folder(): string {
    return `/etc/netns/${this.pair.near.name}`;
  }
}

programTest({
  name: "ping: a name is asked at its address, and both are printed; -n prints the address alone",
  namespaces: true,
}, async (program) => {
  await using named = await NamedPair.open();
  const { near } = named.pair;
  const told = await near.mustRun(program.argv("-c", "1", "far.test"));
  assertMatch(told.stdout, /^far\.test \(10\.77\.0\.2\): seq=0 ttl=64 rtt=/m);
  assertMatch(told.stdout, /^--- far\.test \(10\.77\.0\.2\) ---$/m);
  const numeric = await near.mustRun(program.argv("-n", "-c", "1", "far.test"));
  assertMatch(numeric.stdout, /^10\.77\.0\.2: seq=0 ttl=64 rtt=/m);
  assertEquals(numeric.stdout.includes("far.test"), false);
  const { stdout } = await near.mustRun(program.argv("--json", "-c", "1", "far.test"));
  const [reply] = readRecords(stdout).replies;
  assertEquals([reply?.target, reply?.address], ["far.test", "10.77.0.2"]);
});

programTest({
  name: "ping: a name that does not resolve ends with code 2, and the others are asked",
  namespaces: true,
}, async (program) => {
  await using named = await NamedPair.open();
  const { near } = named.pair;
  const alone = await near.run(program.argv("nowhere.test"));
  assertEquals([alone.code, alone.stdout], [2, ""]);
  assertComplaint(alone.stderr, /^icmptime: Cannot resolve nowhere\.test: \S/);
  const argv = program.argv("--json", "-c", "2", "-i", "20ms", "far.test", "nowhere.test");
  const among = await near.run(argv);
  assertEquals(among.code, 2);
  assertComplaint(among.stderr, /^icmptime: Cannot resolve nowhere\.test: \S/);
  const { summaries, end } = readRecords(among.stdout);
  assertEquals(summaries.map((summary) => [summary.target, summary.received]), [["far.test", 2]]);
  assertEquals([end.exit_code, end.targets, end.targets_answered], [2, 1, 1]);
});

programTest({
  name: "ping: a name with IPv6 addresses only is reported with the reason",
  namespaces: true,
}, async (program) => {
  await using named = await NamedPair.open();
  const { code, stdout, stderr } = await named.pair.near.run(program.argv("six.test"));
  assertEquals([code, stdout], [2, ""]);
  assertComplaint(
    stderr,
    /Cannot resolve six\.test: .*IPv6 addresses only.*ICMPv6 has no Timestamp message/,
  );
});

programTest({
  name: "ping: a name of a broadcast or multicast address is refused like the address",
  namespaces: true,
}, async (program) => {
  await using named = await NamedPair.open();
  for (
    const [name, what] of [
      [
        "everyone.test",
        /Cannot probe everyone\.test: .*broadcast address, expected a single host$/m,
      ],
      [
        "many.test",
        /Cannot probe many\.test: 224\.0\.0\.1, a multicast address, expected a single host$/m,
      ],
    ] as const
  ) {
    const { code, stdout, stderr } = await named.pair.near.run(program.argv(name));
    assertEquals([code, stdout], [3, ""]);
    assertComplaint(stderr, what);
  }
});

programTest({
  name: "ping, clock, fping: two names of one address both have their lines and records",
  namespaces: true,
}, async (program) => {
  await using named = await NamedPair.open();
  const { near } = named.pair;
  const names = ["far.test", "other.test", "10.77.0.2"];
  const argv = program.argv("--json", "-c", "2", "-i", "20ms", ...names, "other.test");
  const { code, stdout, stderr } = await near.run(argv);
  assertEquals(code, 0);
  assertEquals(stderr, "icmptime: probed once, although given more than once: other.test\n");
  const { replies, summaries, end } = readRecords(stdout);
  assertEquals(
    summaries.map((summary) => [summary.target, summary.sent, summary.received]),
    names.map((name) => [name, 2, 2]),
  );
  assertEquals(replies.map(({ target, sequence }) => `${target} ${sequence}`).length, 6);
  // One probe serves all of them: what left this machine is counted once.
  assertEquals([end.targets, end.targets_answered, end.sent, end.received], [3, 3, 2, 2]);
  const clock = await near.run(
    program.argv("clock", "--json", "-c", "60", "-i", "5ms", "far.test", "other.test"),
  );
  const clocks = readRecords(clock.stdout).all.filter(({ type }) => type === "clock");
  assertEquals(clocks.map((record) => [record["target"], record["received"]]), [
    ["far.test", 60],
    ["other.test", 60],
  ]);
  const fping = await near.run(program.argv("fping", "-a", ...names, "10.77.0.2"));
  assertEquals([fping.code, fping.stdout.trimEnd().split("\n").toSorted()], [0, [
    "10.77.0.2",
    "10.77.0.2",
    "far.test",
    "other.test",
  ]]);
  const count = await near.run(program.argv("fping", "-q", "-c", "2", "-p", "50", ...names));
  assertEquals(count.stderr.match(/xmt\/rcv\/%loss = 2\/2\/0%/g)?.length, 3);
});
