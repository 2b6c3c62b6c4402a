import { assert, assertEquals } from "@std/assert";
import { classify } from "../../../src/behaviour/classify.ts";
import { Random } from "../../lab/random.ts";
import { dayMs, interview, type OddHost, swapped, type Writer } from "./odd_host.ts";

const HOUR_MS = 3_600_000;
const HIGH_BIT = 0x8000_0000;
/** 2026-05-14, noon, and three seconds before midnight UT: an interview lasts longer than that. */
const NOON = Date.UTC(2026, 4, 14, 12);
const MIDNIGHT = Date.UTC(2026, 4, 14, 23, 59, 57);

const both = (read: (unixMs: number) => number): Writer => ({ receivedMs, sentMs }) => [
  read(receivedMs),
  read(sentMs),
];
const lazy = (read: (unixMs: number) => number): Writer => ({ receivedMs }) => {
  const stamp = read(receivedMs);
  return [stamp, stamp];
};

interface Kind {
  readonly name: string;
  readonly write: Writer;
  readonly labels: readonly string[];
  readonly host?: Partial<OddHost>;
}

const zone = (minutes: number) => lazy((ms) => dayMs(ms + minutes * 60_000));

const KINDS: readonly Kind[] = [
  { name: "normal", write: both(dayMs), host: { processingMs: 3 }, labels: ["normal"] },
  { name: "lazy", write: lazy(dayMs), labels: ["lazy"] },
  {
    name: "Linux",
    write: lazy(dayMs),
    host: {
      answersBadChecksum: true,
      answersOddCode: true,
      copiesTos: true,
      replyBytes: () => 20,
    },
    labels: ["lazy", "checksum-lazy", "answers-odd-code", "truncates-long", "copies-tos"],
  },
  {
    name: "echoes all octets",
    write: lazy(dayMs),
    host: { replyBytes: (length) => length },
    labels: ["lazy", "echoes-long"],
  },
  { name: "stuck", write: () => [4_711_000, 4_711_000], labels: ["stuck"] },
  { name: "zero", write: () => [0, 0], labels: ["constant-zero"] },
  { name: "one", write: () => [1, 1], labels: ["constant-one"] },
  {
    name: "one in little-endian order",
    write: () => [swapped(1), swapped(1)],
    labels: ["constant-little-endian-one"],
  },
  {
    name: "reflection",
    write: ({ request }) => [request.receive, request.transmit],
    labels: ["reflection"],
  },
  {
    name: "echo of originate",
    write: ({ request }) => [request.originate, request.originate],
    labels: ["originate-echo"],
  },
  {
    name: "high bit, right otherwise",
    write: lazy((ms) => dayMs(ms) + HIGH_BIT),
    labels: ["lazy", "high-bit"],
  },
  {
    name: "high bit, an uptime",
    write: lazy((ms) => (ms - NOON + 77 * 86_400_000) % HIGH_BIT + HIGH_BIT),
    labels: ["lazy", "high-bit-odd", "uptime"],
  },
  {
    name: "little-endian",
    write: lazy((ms) => swapped(dayMs(ms))),
    labels: ["lazy", "little-endian"],
  },
  {
    name: "little-endian, normal",
    write: both((ms) => swapped(dayMs(ms))),
    host: { processingMs: 2 },
    labels: ["normal", "little-endian"],
  },
  {
    name: "little-endian local time",
    write: lazy((ms) => swapped(dayMs(ms - 5 * HOUR_MS))),
    labels: ["lazy", "time-zone", "little-endian"],
  },
  {
    name: "little-endian with the high bit",
    write: lazy((ms) => swapped(dayMs(ms) + HIGH_BIT)),
    labels: ["lazy", "high-bit", "little-endian"],
  },
  {
    name: "16-bit swap",
    write: lazy((ms) => (dayMs(ms) & 0xffff) * 65_536),
    labels: ["lazy", "halves-swapped"],
  },
  {
    name: "Unix seconds",
    write: lazy((ms) => Math.floor(ms / 1000)),
    labels: ["lazy", "unix-seconds"],
  },
  {
    name: "Unix milliseconds",
    write: lazy((ms) => Math.floor(ms) % 2 ** 32),
    labels: ["lazy", "unix-ms"],
  },
  {
    name: "seconds of the day",
    write: lazy((ms) => Math.floor(dayMs(ms) / 1000)),
    labels: ["lazy", "seconds-of-day"],
  },
  {
    name: "uptime of twelve days",
    write: lazy((ms) => Math.floor(ms - NOON + 12 * 86_400_000 + 123)),
    labels: ["lazy", "uptime"],
  },
  {
    name: "random",
    write: ({ random }) => [random.u32(), random.u32()],
    labels: ["normal", "random"],
  },
  {
    name: "transmit before receive",
    write: ({ receivedMs }) => [dayMs(receivedMs), dayMs(receivedMs - 40)],
    labels: ["normal", "transmit-before-receive"],
  },
  {
    name: "tampered originate",
    write: lazy(dayMs),
    host: { tampers: true },
    labels: ["lazy", "originate-tampered"],
  },
  {
    name: "coarse tick of 64 ms",
    write: lazy((ms) => dayMs(ms) - dayMs(ms) % 64),
    labels: ["lazy"],
  },
  {
    name: "three hours and seven minutes off",
    write: lazy((ms) => dayMs(ms + 187 * 60_000)),
    labels: ["lazy"],
  },
  ...[-720, -570, -210, -60, 60, 330, 345, 525, 765, 780, 840].map((minutes): Kind => ({
    name: `local time, ${minutes} minutes`,
    write: zone(minutes),
    labels: ["lazy", "time-zone"],
  })),
];

for (const { name, write, labels, host } of KINDS) {
  Deno.test(`behaviour: ${name} has exactly its labels at any round trip, with loss, across midnight`, () => {
    for (const startUnixMs of [NOON, MIDNIGHT]) {
      for (const rttMs of [0.1, 10, 300]) {
        for (const jitterMs of [0, 2]) {
          for (let seed = 1; seed <= 20; seed++) {
            const random = new Random(seed);
            const odd = { write, rttMs, jitterMs, loss: 0.05, startUnixMs, ...host };
            const evidence = interview(odd, random);
            const found = classify(evidence).labels.map(({ label }) => label);
            assertEquals(
              found,
              labels,
              `${rttMs} ms, jitter ${jitterMs} ms, seed ${seed}, ${startUnixMs}`,
            );
          }
        }
      }
    }
  });
}

Deno.test("behaviour: nothing odd is invented for ten thousand normal hosts", () => {
  const random = new Random(7);
  for (let i = 0; i < 10_000; i++) {
    const offsetMs = random.between(-3000, 3000);
    const evidence = interview(
      {
        write: both((ms) => dayMs(ms + offsetMs)),
        rttMs: random.between(0, 300),
        jitterMs: random.between(0, 20),
        processingMs: random.between(0, 3),
        loss: 0.05,
        startUnixMs: NOON + random.below(86_400_000),
      },
      random,
      2,
    );
    const { labels, utcOffsetMinutes } = classify(evidence);
    const names = labels.map(({ label }) => label);
    assert(
      names.length === 1 && (names[0] === "normal" || names[0] === "lazy"),
      `host ${i}: ${names}`,
    );
    assertEquals(utcOffsetMinutes, undefined);
  }
});

Deno.test("behaviour: a host that was not asked enough is undecided, whatever it shows", () => {
  for (const { write, host } of KINDS) {
    const odd = { write, rttMs: 1, jitterMs: 0, loss: 0, startUnixMs: NOON, ...host };
    const { asked, answers } = interview(odd, new Random(3), 1);
    const names = classify({ asked, answers: answers.slice(0, 1) }).labels.map(({ label }) =>
      label
    );
    assert(names.includes("undecided"), `${names}`);
  }
});

Deno.test("behaviour: zeros are no constant until the request carried other numbers", () => {
  const odd = { write: () => [0, 0] as const, rttMs: 1, jitterMs: 0, loss: 0, startUnixMs: NOON };
  const { asked, answers } = interview(odd, new Random(3));
  const unasked = answers.filter(({ question }) => question !== "filled");
  assertEquals(
    classify({ asked, answers: unasked }).labels.map(({ label }) => label),
    ["undecided"],
  );
});

Deno.test("behaviour: the evidence counts the answers that show a label", () => {
  const odd = {
    write: lazy(dayMs),
    rttMs: 1,
    jitterMs: 0,
    loss: 0,
    startUnixMs: NOON,
    answersBadChecksum: true,
  };
  const { labels } = classify(interview(odd, new Random(3), 2));
  assertEquals(labels, [
    { label: "lazy", count: 12, of: 12 },
    { label: "checksum-lazy", count: 2, of: 2 },
  ]);
});
