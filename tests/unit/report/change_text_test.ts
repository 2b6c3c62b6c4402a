/** What `audit --since` prints. */

import { assertEquals } from "@std/assert";
import { formatChanges } from "../../../src/report/change_text.ts";
import type { ComparedHost, HostChange } from "../../../src/run/audit/comparison.ts";

const compared = (
  verdict: ComparedHost["verdict"],
  ...labels: readonly string[]
): ComparedHost => ({
  verdict,
  labels,
});

function change(
  change: HostChange["change"],
  octet: number,
  before?: ComparedHost,
  now?: ComparedHost,
): HostChange {
  return { change, address: 0xc0000200 + octet, time: 7, before, now };
}

Deno.test("changes: how many of each kind, then each host with what it was and is", () => {
  const changes = [
    change("became_wrong", 1, compared("right", "lazy"), compared("wrong", "lazy", "time-zone")),
    change("became_right", 2, compared("unreadable", "stuck"), compared("right", "lazy")),
    change("new", 3, undefined, compared("right", "lazy")),
    change("new", 4, compared("silent"), compared("unreadable", "stuck")),
    change("gone", 5, compared("right", "lazy"), compared("silent")),
    change("gone", 6, compared("right", "lazy")),
    change("label_changed", 7, compared("right", "lazy", "normal"), compared("right", "normal")),
  ];
  assertEquals(formatChanges(changes, 100), [
    "Since the earlier audit: 1 became wrong, 1 became right, 2 new, 2 gone, 1 changed its labels.",
    "192.0.2.1  became wrong  right → wrong  +time-zone",
    "192.0.2.2  became right  unreadable → right  +lazy  -stuck",
    "192.0.2.3  new  right",
    "192.0.2.4  new  silent → unreadable",
    "192.0.2.5  gone  right → silent",
    "192.0.2.6  gone",
    "192.0.2.7  changed its labels  -lazy",
  ]);
});

Deno.test("changes: nothing changed is said in one line", () => {
  assertEquals(formatChanges([], 80), ["Nothing has changed since the earlier audit."]);
});

Deno.test("changes: a hundred of each kind are printed, and the others counted", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => change("new", i, undefined, compared("right")));
  assertEquals(formatChanges(many(100), 80).length, 101);
  const more = formatChanges(many(101), 80);
  assertEquals([more.length, more[0], more[100], more[101]], [
    ...[102, "Since the earlier audit: 101 new.", "192.0.2.99  new  right", "… and 1 more host"],
  ]);
  const most = formatChanges([...many(1300), change("gone", 5, compared("right"))], 80);
  assertEquals(most.slice(-2), ["… and 1,200 more hosts", "192.0.2.5  gone"]);
});

Deno.test("changes: a long line is wrapped to the terminal, what follows is indented", () => {
  const labels = ["little-endian", "coarse-tick", "originate-tampered"];
  const found = [change("label_changed", 1, compared("right"), compared("right", ...labels))];
  assertEquals(formatChanges(found, 50), [
    "Since the earlier audit: 1 changed its labels.",
    "192.0.2.1  changed its labels  +little-endian\n    +coarse-tick  +originate-tampered",
  ]);
  assertEquals(formatChanges(found, 40)[0], "Since the earlier audit: 1 changed its\n  labels.");
});

Deno.test("changes: two hosts change their labels", () => {
  const relabelled = [7, 8].map((address) =>
    change("label_changed", address, compared("right", "lazy"), compared("right", "normal"))
  );
  assertEquals(
    formatChanges(relabelled, 100)[0],
    "Since the earlier audit: 2 changed their labels.",
  );
});
