import { assert, assertEquals } from "@std/assert";
import { formatAliases } from "../../../src/report/alias_text.ts";
import type { AliasResult } from "../../../src/run/audit/aliases.ts";
import { widthOf } from "../../../src/terminal/width.ts";

const targets = Array.from({ length: 60 }, (_, index) => ({
  index,
  label: `192.0.2.${index}`,
  address: 0xc0000200 + index,
}));

function text(more: Partial<AliasResult>): string {
  const nothing = { groups: [], coincidences: [], disciplined: [], undecided: 0, unfollowed: 0 };
  return formatAliases({ ...nothing, targets, time: 0, ...more }, { numeric: false }).join("\n");
}

const group = { members: [3, 7], skewPpm: 31.24, skewWithinPpm: 0.21, offsetWithinMs: 0.0112 };

Deno.test("aliases: groups with their odds, then what chance may explain, and what cannot be decided", () => {
  const found = text({
    groups: [
      { ...group, chance: 0.0034 },
      { ...group, members: [1, 2, 5], skewPpm: -4, chance: 8.1e-5 },
    ],
    coincidences: [{ ...group, members: [8, 9], chance: 0.07 }],
    disciplined: [10, 11, 12],
    undecided: 1,
    unfollowed: 1200,
  });
  assertEquals(
    found,
    `192.0.2.1, 192.0.2.2 and 192.0.2.5 show one clock, probably one machine: -4.0
  ppm, within 0.3 ppm and 0.012 ms; 1 in 12,000 by chance.
192.0.2.3 and 192.0.2.7 show one clock, probably one machine: +31.2 ppm, within
  0.3 ppm and 0.012 ms; 1 in 290 by chance.
192.0.2.8 and 192.0.2.9 agree, but two machines may by chance: +31.2 ppm, within
  0.3 ppm and 0.012 ms; 1 in 14 by chance.
3 run at the rate of UTC, as far as this shows, like every clock that is kept
  right: whether any are one machine cannot be decided.
1 clock showed no rate.
1,200 more clocks could not be followed: too many at once.`,
  );
});

Deno.test("aliases: nothing found is said, and all clocks that are kept right", () => {
  assertEquals(
    text({ disciplined: targets.map(({ index }) => index) }),
    `No two of 60 clocks are shown to be one machine.
All run at the rate of UTC, as far as this shows, like every clock that is kept
  right: whether any are one machine cannot be decided.`,
  );
});

Deno.test("aliases: a long group is cut, and odds are never made rarer than they are", () => {
  const members = targets.map(({ index }) => index);
  const long = text({ groups: [{ ...group, members, chance: 1e-9 }] });
  const words = long.replaceAll(/\s+/g, " ");
  assert(words.includes("192.0.2.19 and 40 more show one clock"), long);
  assert(words.includes("less than 1 in 1,000,000 by chance"), long);
  for (const line of long.split("\n")) assert(widthOf(line) <= 80, line);
  assert(text({ coincidences: [{ ...group, chance: 0.9 }] }).includes("likely by chance"));
});

Deno.test("aliases: odds have two digits and are never made rarer, from likely to beyond a million", () => {
  const odds = (chance: number) =>
    / ms; (.*) by chance\.$/.exec(
      text({ groups: [{ ...group, chance }] }).replaceAll(/\s+/g, " "),
    )?.[1];
  const chances = [1, 0.51, 0.5, 1 / 9.9, 1 / 99.9, 1 / 100, 1 / 129, 1 / 99_999, 1 / 999_999];
  assertEquals(chances.map(odds), [
    ...["likely", "likely", "1 in 2", "1 in 9", "1 in 99", "1 in 100", "1 in 120"],
    ...["1 in 99,000", "1 in 990,000"],
  ]);
  assertEquals([1e-6, 1e-7].map(odds), Array(2).fill("less than 1 in 1,000,000"));
});

Deno.test("aliases: twenty names are printed, of more the others are counted", () => {
  const names = (count: number) => {
    const members = targets.slice(0, count).map(({ index }) => index);
    return text({ groups: [{ ...group, members, chance: 1e-9 }] }).replaceAll(/\s+/g, " ")
      .split(" show")[0];
  };
  assertEquals(names(2), "192.0.2.0 and 192.0.2.1");
  assertEquals(names(20)?.endsWith("192.0.2.18 and 192.0.2.19"), true, names(20));
  assertEquals(names(21)?.endsWith("192.0.2.18, 192.0.2.19 and 1 more"), true, names(21));
});

Deno.test("aliases: one clock of several runs at the rate of UTC; a group leaves no word of none", () => {
  const lines = text({ groups: [{ ...group, chance: 0.01 }], disciplined: [4], undecided: 2 })
    .replaceAll("\n  ", " ").split("\n");
  assertEquals(lines.map((line) => line.split(" ").slice(0, 4).join(" ")), [
    ...["192.0.2.3 and 192.0.2.7 show", "1 runs at the", "2 clocks showed no"],
  ]);
});

Deno.test("aliases: lines are as wide as the terminal", () => {
  const nothing = { groups: [], coincidences: [], disciplined: [], undecided: 0, unfollowed: 0 };
  const lines = formatAliases({ ...nothing, targets, time: 0 }, { numeric: true, columns: 30 });
  assertEquals(lines, ["No two of 60 clocks are shown\n  to be one machine."]);
});
