/** Requests and replies of captures, paired: what other programs do that a run of ours does not. */

import { assertEquals } from "@std/assert";
import {
  CLIENT,
  datagramOf,
  errorAbout,
  type Exchanged,
  HOST,
  pair,
  pairPackets,
  pick,
} from "./exchange.ts";

const ask = (atMs: number, more: Partial<Exchanged> = {}): Exchanged => ({
  atMs,
  asks: true,
  ...more,
});
const answer = (atMs: number, more: Partial<Exchanged> = {}): Exchanged => ({
  atMs,
  asks: false,
  ...more,
});

Deno.test("capture: two clients with the same numbers ask one host, and each has its own replies", () => {
  const other = { client: CLIENT + 1 };
  const records = pair([ask(0), ask(1, other), answer(10, other), answer(30)]);
  assertEquals(pick(records, "reply", "client", "address", "probe", "rtt_ms", "flags"), [
    ["198.51.100.2", "192.0.2.7", 0, 9, ["tick-assumed"]],
    ["198.51.100.1", "192.0.2.7", 0, 30, ["tick-assumed"]],
  ]);
  assertEquals(pick(records, "summary", "client", "sent", "received"), [
    ["198.51.100.1", 1, 1],
    ["198.51.100.2", 1, 1],
  ]);
});

Deno.test("capture: of requests with the same numbers the token decides, then age", () => {
  const records = pair([
    ask(0, { originateMs: 1 }),
    ask(10, { originateMs: 2 }),
    answer(20, { originateMs: 1 }),
    answer(25, { originateMs: 2 }),
    // A program that sends nothing but zeros: the youngest request that is open.
    ask(100, { originateMs: 0 }),
    ask(200, { originateMs: 0 }),
    answer(205, { originateMs: 0 }),
    answer(206, { originateMs: 0 }),
  ]);
  assertEquals(pick(records, "reply", "probe", "rtt_ms"), [[0, 20], [1, 15], [3, 5], [2, 106]]);
});

Deno.test("capture: duplicates, late replies and those to no request are counted as in a run", () => {
  const records = pair([
    ask(0, { sequence: 0 }),
    ask(10, { sequence: 1 }),
    answer(20, { sequence: 0 }),
    answer(21, { sequence: 0 }),
    answer(1500, { sequence: 1 }),
    answer(1600, { sequence: 9 }),
  ]);
  const flags = pick(records, "reply", "probe", "flags").map((
    [probe, all],
  ) => [probe, (all as string[])[0]]);
  assertEquals(flags, [[0, "tick-assumed"], [0, "duplicate"], [1, "late"]]);
  assertEquals(pick(records, "timeout", "probe", "sequence"), [[1, 1]]);
  assertEquals(
    pick(records, "end", "sent", "received", "lost", "late", "duplicates", "unmatched"),
    [[2, 1, 1, 1, 1, 1]],
  );
});

Deno.test("capture: an ICMP error belongs to the request that it quotes", () => {
  const requests = [ask(0, { originateMs: 5 }), ask(10, { originateMs: 6 })];
  const records = pairPackets((add) => {
    requests.forEach((each) => add(datagramOf(each), each));
    // Eight octets are quoted: the checksum distinguishes the two.
    add(errorAbout(requests[0] as Exchanged, 0xcb007101), { atMs: 30 });
  });
  assertEquals(pick(records, "icmp_error", "probe", "reporter", "rtt_ms"), [[
    0,
    "203.0.113.1",
    30,
  ]]);
  assertEquals(pick(records, "end", "icmp_errors", "pending"), [[1, 1]]);
});

Deno.test("capture: a packet that is handed from link to link counts once", () => {
  const identified = { identification: 77 };
  const records = pair([
    ask(0, { ...identified, ttl: 64 }),
    ask(0.1, { ...identified, ttl: 63 }),
    answer(5, { ...identified, ttl: 60 }),
    answer(5.1, { ...identified, ttl: 59 }),
    // The network has doubled this one.
    answer(6, { ...identified, ttl: 60 }),
  ]);
  assertEquals(pick(records, "end", "sent", "received", "duplicates", "copies"), [[1, 1, 1, 2]]);
});

Deno.test("capture: a request whose time is not over is pending, unless the file says that nothing came", () => {
  assertEquals(pick(pair([ask(0)]), "end", "lost", "pending"), [[0, 1]]);
  assertEquals(pick(pair([ask(0)], {}, 1000.1), "end", "lost", "pending"), [[1, 0]]);
});

Deno.test("capture: the place is found out for each host by direction or time to live", () => {
  const cases: [Partial<Exchanged>, Partial<Exchanged>, string | undefined][] = [
    [{ direction: "out" }, { direction: "in" }, "client"],
    [{ direction: "in" }, { direction: "out" }, "server"],
    [{ direction: "in" }, { direction: "in" }, "path"],
    [{ ttl: 64 }, { ttl: 57 }, "client"],
    [{ ttl: 57 }, { ttl: 255 }, "server"],
    [{ ttl: 57 }, { ttl: 250 }, "path"],
    [{ ttl: 64 }, { ttl: 64 }, undefined],
  ];
  for (const [request, reply, place] of cases) {
    const records = pair([ask(0, request), answer(1, reply)]);
    assertEquals(pick(records, "summary", "captured_at"), [[place]]);
  }
  const told = pair([ask(0), answer(1)], { capturedAt: "path" });
  assertEquals(pick(told, "summary", "captured_at"), [["path"]]);
});

Deno.test("capture: a recording that starts earlier follows another one", () => {
  const records = pair([
    ask(3_600_000),
    answer(3_600_005),
    ask(3_600_500, { sequence: 1 }),
    ask(1000, { sequence: 2 }),
    answer(1010, { sequence: 2 }),
    ask(4000, { sequence: 3 }),
  ]);
  assertEquals(pick(records, "reply", "probe", "rtt_ms"), [[0, 5], [2, 10]]);
  assertEquals(pick(records, "timeout", "probe"), [[1]]);
  assertEquals(pick(records, "end", "pending"), [[1]]);
});

Deno.test("capture: more hosts and probes than are followed at once cost no count", () => {
  const hosts = 1000;
  const packets: Exchanged[] = [];
  for (let i = 0; i < hosts; i++) {
    packets.push(ask(i * 40, { host: HOST + i }));
    if (i % 4 !== 0) packets.push(answer(i * 40 + 5, { host: HOST + i }));
  }
  const records = pair(packets, { limits: { probes: 64, hosts: 32 } }, hosts * 40 + 2000);
  const addresses = pick(records, "summary", "address").flat();
  assertEquals([addresses.length, new Set(addresses).size], [hosts, hosts]);
  assertEquals(
    pick(records, "end", "targets", "targets_answered", "sent", "received", "lost", "pending"),
    [[hosts, 750, hosts, 750, 250, 0]],
  );
});

Deno.test("capture: what is under way beyond the limit stays open, and is counted", () => {
  const packets = Array.from({ length: 900 }, (_, sequence) => ask(sequence * 0.01, { sequence }));
  const records = pair(packets, { limits: { probes: 64, hosts: 32 } }, 5000);
  const [[sent, lost, pending]] = pick(records, "end", "sent", "lost", "pending") as [number[]];
  // Four to five times as many as are remembered otherwise may be pending.
  assertEquals([sent, (lost ?? 0) + (pending ?? 0)], [900, 900]);
  assertEquals((pending ?? 0) >= 900 - 64 * 5 && (lost ?? 0) > 64, true);
});

Deno.test("capture: answered requests make room for those that are still open", () => {
  // The first one is answered after 500 others, of which 400 are remembered nowhere any more.
  const packets = [ask(0, { sequence: 1000 })];
  for (let i = 0; i < 500; i++) {
    packets.push(
      ask(i, { sequence: i, originateMs: i }),
      answer(i + 0.5, { sequence: i, originateMs: i }),
    );
  }
  packets.push(answer(600, { sequence: 1000 }));
  const records = pair(packets, { limits: { probes: 64, hosts: 32 } });
  assertEquals(pick(records, "end", "sent", "received", "lost", "pending"), [[501, 501, 0, 0]]);
});

Deno.test("capture: without a packet it starts and ends at the epoch, and no one was asked", () => {
  const records = pair([]);
  assertEquals(pick(records, "run", "time"), [[0]]);
  assertEquals(pick(records, "end", "time", "duration_s", "targets", "sent", "loss_ratio"), [
    [0, 0, 0, 0, undefined],
  ]);
  assertEquals(pick(records, "end", "copies", "malformed", "foreign"), [[0, 0, 0]]);
});
