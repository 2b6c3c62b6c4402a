/** The journal of an audit: what is written when, and what is read of a file that anything may have been done to. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import type { HostFindings } from "../../../src/run/audit/host_findings.ts";
import {
  AuditJournal,
  JOURNAL_START_BYTES,
  parseJournalLine,
} from "../../../src/run/audit/journal.ts";
import { CHECKPOINT_LINE_BYTES, type CheckpointStore } from "../../../src/scan/checkpoint.ts";

const FINDINGS = {
  target: { index: 0, label: "a", address: 1 },
  time: 7,
  verdict: "right",
  behaviour: { labels: [] },
  offset: { valueMs: 0, lowerMs: -1, upperMs: 1 },
  conformance: [],
  summary: { counters: { sent: 3 } },
} as unknown as HostFindings;

function open(endBytes?: number) {
  const bytes = new Uint8Array(65_536);
  const saved: [position: number, unixMs: number, text: string][] = [];
  const state = { isFull: false };
  const text = () =>
    new TextDecoder().decode(bytes.subarray(JOURNAL_START_BYTES)).replace(/\0+$/, "");
  const file = {
    writeAt(offset: number, octets: Uint8Array) {
      if (state.isFull) throw new Error("no space left");
      bytes.set(octets, offset);
    },
  };
  const store = {
    save: (position: number, unixMs: number) => void saved.push([position, unixMs, text()]),
  } as unknown as CheckpointStore;
  const journal = new AuditJournal(file as never, store, 5, endBytes);
  return { journal, bytes, saved, text, state };
}

Deno.test("journal: a new file has room for the checkpoints, and lines follow in order before the checkpoint", () => {
  const { journal, bytes, saved, text } = open();
  journal.begin();
  const start = new TextDecoder().decode(bytes.subarray(0, JOURNAL_START_BYTES));
  assertEquals([start.trim(), start.endsWith("\n"), start.length], ["", true, JOURNAL_START_BYTES]);
  // One checkpoint is whole while the other one is written.
  assertEquals(JOURNAL_START_BYTES, 2 * CHECKPOINT_LINE_BYTES);
  journal.save(1000);
  assertEquals(saved, [[5, 1000, ""]]);
  journal.host(FINDINGS);
  journal.found(9);
  journal.found(10);
  journal.failed(7);
  journal.failed(8);
  journal.settle(64);
  assertEquals(text(), "");
  journal.save(2000);
  const lines = [
    '{"found":[9,10]}',
    JSON.stringify({ host: FINDINGS }),
    '{"icmpErrors":[7,8]}',
  ];
  assertEquals(text(), lines.map((line) => `${line}\n`).join(""));
  assertEquals(saved.at(-1)?.slice(0, 2), [64, 2000]);
  assertEquals(saved.at(-1)?.[2], text());
  // Nothing is written twice.
  journal.save(3000);
  assertEquals(text().split("\n").length, 4);
  journal.failed(12);
  journal.settle(70);
  journal.found(11);
  journal.save(4000);
  assertEquals(text().split("\n").slice(3), ['{"found":[11]}', '{"icmpErrors":[12]}', ""]);
});

Deno.test("journal: what could not be written is written the next time, at the same place", () => {
  const { journal, text, state, saved } = open();
  journal.found(1);
  journal.failed(4);
  journal.settle(8);
  state.isFull = true;
  assertThrows(() => journal.save(1), Error, "no space");
  assertEquals([text(), saved], ["", []]);
  state.isFull = false;
  journal.found(2);
  journal.save(2);
  assertEquals(text(), '{"found":[1,2]}\n{"icmpErrors":[4]}\n');
});

Deno.test("journal: many addresses of one save are lines of at most 4096 each", () => {
  const { journal, text } = open(JOURNAL_START_BYTES);
  for (let address = 1; address <= 4096 + 2; address++) journal.failed(address);
  journal.save(1);
  const entries = text().trimEnd().split("\n").map(parseJournalLine);
  const addresses = entries.map((entry) => entry?.kind === "icmpErrors" ? entry.addresses : []);
  assertEquals([addresses.length, addresses[0]?.length, addresses[1]], [2, 4096, [4097, 4098]]);
});

Deno.test("journal: a file that is resumed is added to where its last whole line ends", () => {
  const { journal, text } = open(JOURNAL_START_BYTES + 3);
  journal.found(1);
  journal.save(1);
  assertEquals(text().slice(3), '{"found":[1]}\n');
});

Deno.test("journal: lines are read back, and what is none of a journal is not", () => {
  assertEquals(parseJournalLine('{"found":[0,4294967295]}'), {
    kind: "found",
    addresses: [0, 0xffffffff],
  });
  assertEquals(parseJournalLine('{"icmpErrors":[17]}'), { kind: "icmpErrors", addresses: [17] });
  const line = JSON.stringify({ host: FINDINGS });
  assertEquals(parseJournalLine(line), { kind: "host", findings: FINDINGS });
  const silent = { ...FINDINGS, verdict: "silent", offset: undefined };
  assert(parseJournalLine(JSON.stringify({ host: silent })) !== undefined);
  const broken = [
    ...[
      "",
      "{",
      "null",
      "1",
      '"a"',
      "[]",
      "{}",
      line.slice(0, -2),
      '{"found":7}',
      '{"found":[-1]}',
    ],
    ...['{"found":[4294967296]}', '{"found":[1.5]}', '{"found":[1,"2"]}', '{"icmpErrors":[1.5]}'],
    ...['{"icmpErrors":17}', '{"host":null}', '{"host":7}'],
  ];
  for (const text of broken) assertEquals(parseJournalLine(text), undefined, text);
  const changes: readonly Readonly<Record<string, unknown>>[] = [
    ...[{ target: null }, { target: "a" }, { target: { label: "a", address: -1 } }],
    ...[{ target: { label: 7, address: 1 } }, { time: "7" }, { verdict: "fine" }],
    ...[{ behaviour: {} }, { behaviour: null }, { conformance: null }, { summary: {} }],
    ...[{ summary: null }, { offset: null }, { offset: { valueMs: 1, lowerMs: 0 } }, { offset: 7 }],
    ...[{ offset: { valueMs: "1", lowerMs: 0, upperMs: 2 } }],
    // Nothing in a file may control a terminal.
    { target: { index: 0, label: "a\u001b[2J", address: 1 } },
  ];
  for (const change of changes) {
    const text = JSON.stringify({ host: { ...FINDINGS, ...change } });
    assertEquals(parseJournalLine(text), undefined, text);
  }
});
