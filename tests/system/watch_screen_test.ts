// Whole screens of `watch` as a terminal shows them, with numbers masked; its keys, its colours and its log.

import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { runCommand } from "../support/command.ts";
import { VethPair } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { TerminalWindow } from "../support/terminal_window.ts";
import { systemTest } from "../support/tools.ts";

const NEEDS = { namespaces: true, tools: ["tmux"] };

/** A pair whose far kernel answers for three addresses, and a silent one that is routed there. */
async function openHosts() {
  const pair = await VethPair.open();
  await pair.ownBlock("198.51.100.0/30");
  await pair.far.nft(
    "table ip t { chain c { type filter hook input priority 0; ip daddr 198.51.100.3 drop; }; }",
  );
  return pair;
}

const HOSTS = ["198.51.100.1", "198.51.100.2", "198.51.100.3"];

/** Digits as `#`, charts as nothing, blanks as one; empty lines are left out. */
function mask(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line.replace(/[\u2800-\u28ff]+/g, "").replace(/198\.51\.100\./g, "HOST-").replace(
      /\d+(\.\d+)?/g,
      "#",
    )
      .replace(/[xX]+/g, "x").replace(/ +/g, " ").trim()
  ).filter((line) => line !== "");
}

const CHARTS = ["rtt # ms", "#", "out+ # ms", "#", "back+ # ms", "#", "lost"];
const WORDS = [
  "HOST-#: neither direction is slow (last # s)",
  "out no congestion: delays rose by # ms at most",
  "back no congestion: delays rose by # ms at most",
];
const SCREENS: readonly (readonly [columns: number, rows: number, lines: readonly string[]])[] = [
  [120, 40, [
    "icmptime watch # targets timestamp requests every # ms #:#:#",
    "target loss last median p# out+ back+ queue out~ back~ slow clock odd",
    "> HOST-# #% # # # # # # # # <# ms",
    "HOST-# #% # # # # # # # # <# ms",
    "HOST-# #%",
    ...WORDS,
    ...CHARTS,
    "# s ago now",
    "q quit ? help p pause e echo c clocks j/k target +/- zoom o all s sort r reset",
  ]],
  [80, 24, [
    "icmptime watch # targets timestamp requests every # ms #:#:#",
    "target loss last median p# out+ back+ queue slow",
    "> HOST-# #% # # # # # #",
    "HOST-# #% # # # # # #",
    "HOST-# #%",
    ...WORDS,
    ...CHARTS,
    "# s ago now",
    "q quit ? help p pause e echo c clocks j/k target +/- zoom o all s sort",
  ]],
  [40, 12, [
    "icmptime watch # targets #:#:#",
    "#-# of # loss last out+ back+",
    "> HOST-# #% # # #",
    "HOST-# #% # # #",
    "HOST-#: neither direction is slow",
    "rtt # ms",
    "#",
    "out+ # ms",
    "back+ # ms",
    "lost",
    "# s ago now",
    "q quit ? help p pause e echo",
  ]],
];

systemTest({
  ...NEEDS,
  tools: ["tmux", "nft"],
  name: "watch: whole screens at 120×40, 80×24 and 40×12",
}, async () => {
  await using pair = await openHosts();
  for (const [columns, rows, expected] of SCREENS) {
    await using screen = await TerminalWindow.open({ columns, rows });
    await screen.run(
      pair.near.argv(SOURCE_PROGRAM.argv("watch", "-i", "40ms", "-W", "200ms", ...HOSTS)),
    );
    await screen.until(/neither direction is slow/);
    // What is not there yet may still come; a screen that stays another one shows the difference.
    const isWhole = (lines: readonly string[]) => mask(lines).join("\n") === expected.join("\n");
    const lines = await screen.until(isWhole).catch(() => screen.lines());
    assertEquals(mask(lines), expected, lines.join("\n"));
  }
});

systemTest({
  ...NEEDS,
  tools: ["tmux", "nft"],
  name: "watch: keys choose, pause, reset, sort, and show clocks and help",
}, async () => {
  await using pair = await openHosts();
  await using screen = await TerminalWindow.open({ columns: 100, rows: 30 });
  await screen.run(
    pair.near.argv(SOURCE_PROGRAM.argv("watch", "-i", "40ms", "-W", "200ms", ...HOSTS)),
  );
  await screen.until(/^> 198\.51\.100\.1[^]*neither direction/m);
  await screen.press("Down", "j");
  const silent = await screen.until(/^198\.51\.100\.3: no answer/m);
  assertMatch(silent.find((line) => line.startsWith("lost")) ?? "", /X/);
  await screen.press("s");
  await screen.until(/sorted by loss[^]*target[^\n]*\n> 198\.51\.100\.3 +100%/);
  await screen.press("c", "j");
  await screen.until(/^ {2}host +offset ms +±/m);
  await screen.until(
    /^ {2}clock +within [\d.]+ ms of ours[^]*^ {2}probes +\d+ sent, \d+ received, \d+ used/m,
  );
  // The clock over time, with its edges.
  await screen.until(
    /^ +[+-][\d.]+ ms.*\nclock\b.*\n[^]*[\u2801-\u28ff][^]*^ +[+-][\d.]+ ms.*\nrtt/m,
  );
  await screen.press("c", "-");
  await screen.until(/ min ago/);
  await screen.press("?");
  await screen.until(/^ q +quit; the summary is printed$/m);
  await screen.press("Escape");
  await screen.until(/^rtt/m);
  await screen.press("p");
  await screen.until(/PAUSED/);
  const paused = await screen.settled();
  await screen.press("x");
  assertEquals(await screen.settled(), paused);
  await screen.press("p");
  await screen.until(/0:00:\d\d$/m);
  await screen.press("r");
  await screen.until(/too few replies yet|neither direction/);
  await screen.press("q");
  const after = await screen.until(/^2 of 3 targets answered/m);
  // The summary is of the whole run, whatever was reset.
  assertNotMatch(after.join("\n"), /^ *0 sent/m);
});

systemTest({
  ...NEEDS,
  name: "watch: colours on a terminal, but not with NO_COLOR, and always with --color always",
}, async () => {
  await using pair = await VethPair.open();
  for (
    const [before, words, hasColor] of [
      ["env -u NO_COLOR ", [], true],
      ["env NO_COLOR=1 ", [], false],
      ["env NO_COLOR=1 ", ["--color", "always"], true],
      ["env -u NO_COLOR ", ["--color", "never"], false],
    ] as const
  ) {
    await using screen = await TerminalWindow.open();
    const argv = SOURCE_PROGRAM.argv("watch", "-i", "40ms", ...words, pair.farAddress);
    await screen.run(pair.near.argv(argv), before);
    await screen.until(/neither direction is slow/);
    const shown = await screen.colored();
    for (const code of ["35", "94"]) {
      assertEquals(
        new RegExp(`\\x1b\\[(\\d+;)*${code}m`).test(shown),
        hasColor,
        `${before}${words}: ${code}`,
      );
    }
    // deno-lint-ignore no-control-regex -- escapes are what it looks for
    assertMatch(shown, /\x1b\[(\d+;)*7m/, "inverse stays");
  }
});

systemTest({
  ...NEEDS,
  tools: ["tmux", "nft"],
  name: "watch e: echo requests go beside, and both are counted, logged and summarised apart",
}, async () => {
  await using pair = await VethPair.open();
  await pair.far.nft(
    "table ip t { chain c { type filter hook input priority 0; icmp type timestamp-request drop; }; }",
  );
  await using screen = await TerminalWindow.open({ columns: 100, rows: 40 });
  const file = await Deno.makeTempFile({ suffix: ".jsonl" });
  try {
    const words = ["watch", "-i", "40ms", "-W", "200ms", "-o", file, pair.farAddress];
    await screen.run(pair.near.argv(SOURCE_PROGRAM.argv(...words)));
    const before = await screen.until(/^> 10\.77\.0\.2 +100%/m);
    assertNotMatch(before.join("\n"), /e-loss/);
    await screen.press("e");
    const during = await screen.until(/^echo +0 % lost, median [\d.]+ ms; timestamp 100 % lost$/m);
    assertMatch(during[0] ?? "", / {2}timestamp and echo requests every 40 ms {2}/);
    assertMatch(during[1] ?? "", / loss +last +e-loss +e-last +median .* e-med/);
    assertMatch(during[2] ?? "", /^> 10\.77\.0\.2 +100% +0% +\d\.\d/);
    await screen.resize(40, 12);
    const small = await screen.until(/^> 10\.77\.0\.2 +100% +0% +\d\.\d+$/m);
    assertMatch(small[1] ?? "", /loss +last e-loss e-last$/);
    await screen.resize(100, 40);
    await screen.press("e");
    await screen.until(/ {2}timestamp requests every 40 ms {2}/);
    await screen.press("q");
    const after = await screen.until(/requests ---[^]*^\$$/m);
    assertMatch(
      after.join("\n"),
      /^--- 10\.77\.0\.2 ---\nno answer: \d+ sent, 0 received[^]*^--- 10\.77\.0\.2, echo requests ---\n(\d+) sent, \1 received, 0 % loss$/m,
    );
    const { replies, summaries } = readRecords(await Deno.readTextFile(file));
    assert(replies.length > 0 && replies.every((each) => each["message"] === "echo"));
    assertEquals(summaries.map((each) => each["message"]), [undefined, "echo"]);
    const report = await runCommand(SOURCE_PROGRAM.argv("report", file, "--format", "markdown"));
    assertMatch(report.stdout, /^\| 10\.77\.0\.2 +\|/m);
    assertMatch(report.stdout, /^\| 10\.77\.0\.2, echo +\|/m);
  } finally {
    await Deno.remove(file);
  }
});

systemTest({
  ...NEEDS,
  name: "watch -o: every probe is in the log, and the summary follows the screen",
}, async () => {
  await using pair = await VethPair.open();
  await using screen = await TerminalWindow.open({ rows: 40 });
  const file = await Deno.makeTempFile({ suffix: ".jsonl" });
  try {
    const words = [
      "watch",
      "-c",
      "25",
      "-i",
      "40ms",
      "-o",
      file,
      "--style",
      "ascii",
      pair.farAddress,
    ];
    await screen.run(pair.near.argv(SOURCE_PROGRAM.argv(...words)));
    const lines = await screen.until(/^25 sent, 25 received, 0 % loss$/m);
    assert(lines.some((line) => line.startsWith("--- 10.77.0.2")));
    await screen.until(/^back jitter[^]*^\$$/m);
    const { run, replies, summaries, end } = readRecords(await Deno.readTextFile(file));
    assertEquals([run["command"], replies.length, summaries.length], ["watch", 25, 1]);
    assertEquals([end.received, end["reason"]], [25, "complete"]);
  } finally {
    await Deno.remove(file);
  }
});
