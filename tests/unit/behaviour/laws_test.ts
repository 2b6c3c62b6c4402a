/** Every kind of host gets exactly its labels, whatever the path does. */

import { assert, assertEquals } from "@std/assert";
import { classify } from "../../../src/behaviour/classify.ts";
import { formatZone, UTC_OFFSETS_IN_USE } from "../../../src/time/utc_offset.ts";
import { Random } from "../../lab/random.ts";
import { both, KINDS, MIDNIGHT, NOON } from "./kinds.ts";
import { dayMs, interview } from "./odd_host.ts";

for (const { name, write, labels, host } of KINDS) {
  Deno.test(`behaviour: ${name} has exactly its labels at any round trip, with loss, across midnight`, () => {
    for (const startUnixMs of [NOON, MIDNIGHT]) {
      for (const rttMs of [0.1, 10, 300]) {
        for (const jitterMs of [0, 2, 30]) {
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
    // Up to a quarter of an hour, but for what looks like a local time.
    const offsetMs = random.between(-880_000, 880_000);
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
      2 + random.below(3),
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

Deno.test("behaviour: a local time is named with its offset, and where two show the same, with both", () => {
  for (const minutes of UTC_OFFSETS_IN_USE) {
    if (minutes === 0) continue;
    const write = both((ms) => dayMs(ms + minutes * 60_000));
    const odd = { write, rttMs: 20, jitterMs: 1, loss: 0, startUnixMs: NOON };
    const { labels, utcOffsetMinutes = NaN } = classify(interview(odd, new Random(minutes + 800)));
    assertEquals((utcOffsetMinutes - minutes) % 1440, 0, `${minutes}`);
    const detail = labels.find(({ label }) => label === "time-zone")?.detail ?? "";
    assert(detail.split(" or ").includes(formatZone(minutes)), `${minutes}: ${detail}`);
  }
  // The day before in Samoa is the same time of day as in New Zealand in summer.
  const odd = { rttMs: 1, jitterMs: 0, loss: 0, startUnixMs: NOON };
  const zoneOf = (minutes: number) => {
    const write = both((ms) => dayMs(ms + minutes * 60_000));
    return classify(interview({ ...odd, write }, new Random(1))).utcOffsetMinutes;
  };
  assertEquals([-660, -720, 840].map(zoneOf), [780, 720, -600]);
});
