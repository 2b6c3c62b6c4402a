// The path of a scan changes under way: addresses, gateways, routes, links. Every host is found, or the place is kept.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { VethPair } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import { openScanNetwork } from "./scan_network.ts";

const QUICK = ["-q", "--json", "--include-reserved", "--cooldown", "1s"];
const TARGETS = "198.18.0.0/19", HOSTS = 8192;
const scan = (...words: string[]) =>
  SOURCE_PROGRAM.argv("scan", ...QUICK, "--rate", "4k", ...words);
/** Seven seconds are left when a thousand hosts have answered: a busy machine changes the path in that time. */
const scanSlowly = (...words: string[]) =>
  SOURCE_PROGRAM.argv("scan", ...QUICK, "--rate", "1k", ...words);

interface ChangeCase {
  readonly name: string;
  readonly words?: readonly string[];
  /** What happens once a thousand hosts have answered. */
  readonly change: (pair: VethPair) => Promise<unknown>;
}

/** A new address for the far end of the cable, without a word to the near one (no gratuitous ARP). */
const NEW_MAC = "02:00:00:00:77:02";

const survived: readonly ChangeCase[] = [
  {
    name: "its address is replaced",
    change: ({ near, farAddress }) =>
      near.ip(
        "addr del 10.77.0.1/24 dev veth0",
        "addr add 10.77.0.9/24 dev veth0",
        `route add default via ${farAddress}`,
      ),
  },
  {
    name: "its address is replaced, three threads",
    words: ["-T", "3"],
    change: ({ near, farAddress }) =>
      near.ip(
        "addr del 10.77.0.1/24 dev veth0",
        "addr add 10.77.0.9/24 dev veth0",
        `route add default via ${farAddress}`,
      ),
  },
  {
    name: "its address is replaced, datagrams",
    words: ["--raw-socket"],
    change: ({ near, farAddress }) =>
      near.ip(
        "addr del 10.77.0.1/24 dev veth0",
        "addr add 10.77.0.9/24 dev veth0",
        `route add default via ${farAddress}`,
      ),
  },
  {
    name: "the gateway's hardware address changes",
    change: ({ far }) => far.ip(`link set veth0 address ${NEW_MAC}`),
  },
  {
    name: "the gateway's hardware address changes, three threads",
    words: ["-T", "3"],
    change: ({ far }) => far.ip(`link set veth0 address ${NEW_MAC}`),
  },
  {
    name: "another gateway takes over",
    change: ({ near, far }) =>
      far.ip("addr del 10.77.0.2/24 dev veth0", "addr add 10.77.0.3/24 dev veth0").then(() =>
        near.ip("route replace default via 10.77.0.3")
      ),
  },
  {
    name: "its own hardware address changes",
    change: ({ near }) => near.ip("link set veth0 address 02:00:00:00:77:01"),
  },
  {
    name: "the interface goes down and comes back",
    change: ({ near, farAddress }) =>
      near.ip(
        "link set veth0 down",
        "link set veth0 up",
        `route add default via ${farAddress}`,
      ),
  },
  {
    name: "the interface is deleted and made again",
    change: ({ near, far, nearAddress, farAddress }) =>
      near.ip(
        "link del veth0",
        `link add veth0 type veth peer name veth0 netns ${far.name}`,
        `addr add ${nearAddress}/24 dev veth0`,
        "link set veth0 up",
      ).then(() => far.ip(`addr add ${farAddress}/24 dev veth0`, "link set veth0 up")).then(() =>
        near.ip(`route add default via ${farAddress}`)
      ),
  },
  {
    name: "an address of another interface comes and goes",
    change: ({ near }) =>
      near.ip(
        "link add other0 type veth peer name other1",
        "addr add 10.99.0.1/24 dev other0",
        "link set other0 up",
        "link set other1 up",
        "link del other0",
      ),
  },
];

for (const { name, words = [], change } of survived) {
  systemTest({ name: `scan: ${name}: every host is found`, namespaces: true }, async () => {
    await using pair = await openScanNetwork();
    await using running = pair.near.spawn(scan(...words, TARGETS));
    await running.output(/^(?:[^\n]*\n){1000}/);
    await change(pair);
    const { code, stdout, stderr } = await running.result();
    const { replies, unsent, end } = readRecords(stdout);
    const found = new Set(replies.map(({ address }) => address));
    assertEquals([found.size, code, end.reason, unsent.length], [HOSTS, 0, "complete", 0], stderr);
    assertEquals(end.received, HOSTS, "hosts that answer twice count once");
  });
}

const lost: readonly (ChangeCase & { readonly message: RegExp })[] = [
  {
    name: "its address is removed",
    change: ({ near }) => near.ip("addr del 10.77.0.1/24 dev veth0"),
    message:
      /ended at probe [\d,]+, the path is lost: cannot look up a route to 198.*\(ENETUNREACH\)$/m,
  },
  {
    name: "the interface is deleted",
    change: ({ near }) => near.ip("link del veth0"),
    message: /, the path is lost: cannot look up a route/,
  },
  {
    name: "the interface is deleted, datagrams",
    words: ["--raw-socket"],
    change: ({ near }) => near.ip("link del veth0"),
    message: /, the path is lost: cannot look up a route/,
  },
  {
    name: "the gateway goes away without a word",
    change: ({ far }) => far.ip("link set veth0 arp off", "addr del 10.77.0.2/24 dev veth0"),
    message: /the path is lost: (the )?gateway( 10\.77\.0\.2)? does not answer/,
  },
];

for (const { name, words = [], change, message } of lost) {
  systemTest({
    name: `scan: ${name}: the place is kept, a resumed scan finds the rest`,
    namespaces: true,
  }, async () => {
    const path = await Deno.makeTempFile({ prefix: "icmptime-place-" });
    const first = await (async () => {
      await using pair = await openScanNetwork();
      await using running = pair.near.spawn(scanSlowly(...words, "--checkpoint", path, TARGETS));
      await running.output(/^(?:[^\n]*\n){1000}/);
      await change(pair);
      return await running.result();
    })();
    assertMatch(first.stderr, message);
    const { replies, end } = readRecords(first.stdout);
    assertEquals([first.code, end.reason], [1, "path-lost"]);
    assert(Number(end["position"]) < HOSTS);
    await using pair = await openScanNetwork();
    const rest = await pair.near.run(scan(...words, "--resume", path, TARGETS));
    const again = readRecords(rest.stdout);
    assertEquals([rest.code, again.end.reason], [0, "complete"]);
    assertEquals(again.run["start_position"], end["position"]);
    const found = new Set([...replies, ...again.replies].map(({ address }) => address));
    assertEquals(found.size, HOSTS);
    await Deno.remove(path);
  });
}

systemTest({
  name: "scan: an old entry for the gateway's hardware address is not believed",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  await pair.near.ip(`neigh replace ${pair.farAddress} lladdr ${NEW_MAC} dev veth0 nud stale`);
  const { code, stdout } = await pair.near.run(scan("198.18.0.0/24"));
  const { run, replies } = readRecords(stdout);
  assertEquals([run["path"], code, replies.length], ["packet-socket", 0, 256]);
});

systemTest({
  name: "scan: a hardware address that was set by hand is believed",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  await pair.near.ip(`neigh replace ${pair.farAddress} lladdr ${NEW_MAC} dev veth0 nud permanent`);
  const { code, stdout } = await pair.near.run(scan("198.18.0.0/24"));
  const { replies, end } = readRecords(stdout);
  assertEquals([code, replies.length, end.sent, end.reason], [0, 0, 256, "complete"]);
});
