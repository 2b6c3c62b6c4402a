import { assert, assertEquals } from "@std/assert";
import { classify } from "../../../src/behaviour/classify.ts";
import { Random } from "../../lab/random.ts";
import { KINDS, lazy, NOON } from "./kinds.ts";
import { dayMs, interview } from "./odd_host.ts";

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
