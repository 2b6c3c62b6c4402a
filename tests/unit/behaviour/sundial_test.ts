/** Where our labels differ from those of Sundial's own rules, on simulated hosts, and why. */

import { assertEquals } from "@std/assert";
import { classify } from "../../../src/behaviour/classify.ts";
import { SUNDIAL_DIFFERENCES, type SundialDifference } from "../../../tools/sundial_differences.ts";
import { Random } from "../../lab/random.ts";
import { KINDS, MIDNIGHT, NOON } from "./kinds.ts";
import { interview } from "./odd_host.ts";
import { classifyAsSundial, SUNDIAL_CLASSES } from "./sundial.ts";

/** Paths and times: at noon near and far away, and near at midnight. */
const WHEN = {
  near: { rttMs: 10, startUnixMs: NOON },
  far: { rttMs: 600, startUnixMs: NOON + 100 },
  midnight: { rttMs: 10, startUnixMs: MIDNIGHT },
} as const;
type When = keyof typeof WHEN;
const ALWAYS: readonly When[] = ["near", "far", "midnight"];

/** Hosts for which the rules differ, in the same way and for the same reason. */
interface Row {
  readonly why: SundialDifference;
  readonly hosts: readonly string[];
  readonly when: readonly When[];
  /** Labels that only we give, sorted. */
  readonly ours: string;
  /** Classes that only Sundial gives, sorted. */
  readonly sundial: string;
}

const zones = (...minutes: number[]) => minutes.map((each) => `local time, ${each} minutes`);
/** Fractions of an hour that Sundial does not know. */
const UNKNOWN_ZONES = [-150, 345, 525, 765, 825];
const KNOWN_ZONES = [
  ...[-720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -120, -60],
  ...[60, 120, 180, 210, 240, 270, 300, 330, 360, 390, 420, 480, 540, 570, 600, 630, 660, 720],
  ...[780, 840],
];

const ROWS: readonly Row[] = [
  {
    why: "window",
    hosts: zones(...KNOWN_ZONES, ...UNKNOWN_ZONES),
    when: ["far"],
    ours: "time-zone",
    sundial: "",
  },
  {
    why: "midnight",
    hosts: zones(...KNOWN_ZONES.filter((minutes) => minutes >= 60 && minutes < 720)),
    when: ["midnight"],
    ours: "time-zone",
    sundial: "",
  },
  {
    why: "zones",
    hosts: zones(...UNKNOWN_ZONES),
    when: ["near", "midnight"],
    ours: "time-zone",
    sundial: "",
  },
  {
    why: "window",
    hosts: ["high bit, right otherwise"],
    when: ["far"],
    ours: "high-bit",
    sundial: "high-bit-odd",
  },
  {
    why: "constants",
    hosts: ["zero"],
    when: ["near", "far"],
    ours: "",
    sundial: "halves-swapped,time-zone",
  },
  { why: "constants", hosts: ["zero"], when: ["midnight"], ours: "", sundial: "halves-swapped" },
  { why: "constants", hosts: ["one"], when: ["near", "far"], ours: "", sundial: "time-zone" },
  {
    why: "constants",
    hosts: ["one in little-endian order"],
    when: ALWAYS,
    ours: "",
    sundial: "halves-swapped",
  },
  {
    why: "constants",
    hosts: ["reflection"],
    when: ["near", "far"],
    ours: "",
    sundial: "lazy,time-zone",
  },
  { why: "constants", hosts: ["reflection"], when: ["midnight"], ours: "", sundial: "lazy" },
  { why: "constants", hosts: ["echo of originate"], when: ALWAYS, ours: "", sundial: "lazy" },
  {
    why: "pause",
    hosts: ["Unix seconds", "seconds of the day"],
    when: ["near", "midnight"],
    ours: "lazy",
    sundial: "stuck",
  },
  {
    why: "combined",
    hosts: ["high bit, local time"],
    when: ALWAYS,
    ours: "high-bit,time-zone",
    sundial: "high-bit-odd",
  },
  {
    why: "combined",
    hosts: ["little-endian local time with the high bit"],
    when: ["near"],
    ours: "high-bit,little-endian,time-zone",
    sundial: "",
  },
  {
    why: "combined",
    hosts: ["little-endian local time with the high bit"],
    when: ["far", "midnight"],
    ours: "high-bit,little-endian,time-zone",
    sundial: "high-bit-odd",
  },
  {
    why: "combined",
    hosts: ["Unix seconds, little-endian"],
    when: ["near"],
    ours: "lazy,little-endian,unix-seconds",
    sundial: "stuck",
  },
  {
    why: "combined",
    hosts: ["Unix seconds, little-endian"],
    when: ["far"],
    ours: "little-endian,unix-seconds",
    sundial: "",
  },
  {
    why: "combined",
    hosts: ["Unix seconds, little-endian"],
    when: ["midnight"],
    ours: "lazy,little-endian,unix-seconds",
    sundial: "high-bit-odd,stuck",
  },
  {
    why: "combined",
    hosts: ["local seconds of the day"],
    when: ["near", "midnight"],
    ours: "lazy,time-zone",
    sundial: "stuck",
  },
  {
    why: "combined",
    hosts: ["local seconds of the day"],
    when: ["far"],
    ours: "time-zone",
    sundial: "",
  },
  {
    why: "window",
    hosts: ["little-endian", "little-endian, normal"],
    when: ["far"],
    ours: "little-endian",
    sundial: "high-bit-odd",
  },
  {
    why: "combined",
    hosts: ["little-endian local time"],
    when: ["near", "midnight"],
    ours: "little-endian,time-zone",
    sundial: "high-bit-odd",
  },
  {
    why: "combined",
    hosts: ["little-endian local time"],
    when: ["far"],
    ours: "little-endian,time-zone",
    sundial: "",
  },
  {
    why: "combined",
    hosts: ["little-endian with the high bit"],
    when: ["near", "midnight"],
    ours: "high-bit,little-endian",
    sundial: "",
  },
  {
    why: "combined",
    hosts: ["little-endian with the high bit"],
    when: ["far"],
    ours: "high-bit,little-endian",
    sundial: "high-bit-odd",
  },
  {
    why: "combined",
    hosts: ["16-bit swap, little-endian"],
    when: ["far"],
    ours: "",
    sundial: "high-bit-odd",
  },
];

Deno.test("behaviour: every difference from Sundial's own rules is listed, with its reason", () => {
  const found = KINDS.flatMap(({ name, write, host }) =>
    ALWAYS.flatMap((when) => {
      const path = { jitterMs: 1, loss: 0, ...WHEN[when] };
      // Sundial says nothing of a host that leaves one of its four probes unanswered.
      const odd = { ...path, ...host, write, answersBadChecksum: true };
      const evidence = interview(odd, new Random(4));
      const ours = classify(evidence).labels.map(({ label }): string => label)
        .filter((label) => SUNDIAL_CLASSES.includes(label));
      const theirs = classifyAsSundial(evidence) ?? ["skipped"];
      const onlyOurs = ours.filter((label) => !theirs.includes(label)).sort().join();
      const onlyTheirs = theirs.filter((label) => !ours.includes(label)).sort().join();
      if (onlyOurs === "" && onlyTheirs === "") return [];
      return [`${name}, ${when}: ours ${onlyOurs}, Sundial ${onlyTheirs}`];
    })
  );
  const listed = ROWS.flatMap(({ hosts, when, ours, sundial }) =>
    hosts.flatMap((name) =>
      when.map((each) => `${name}, ${each}: ours ${ours}, Sundial ${sundial}`)
    )
  );
  assertEquals(found.sort(), listed.sort());
});

Deno.test("behaviour: Sundial says nothing of a host that leaves one of its probes unanswered", () => {
  const [normal] = KINDS;
  if (normal === undefined) throw new Error("no kind");
  const odd = { ...normal.host, write: normal.write, ...WHEN.near, jitterMs: 1, loss: 0 };
  const evidence = interview(odd, new Random(4));
  assertEquals(classifyAsSundial(evidence), undefined);
  assertEquals(classify(evidence).labels.map(({ label }) => label), ["normal"]);
});

Deno.test("behaviour: the docs give each reason that is used, and no other", () => {
  const used = new Set<string>(ROWS.map(({ why }) => why));
  // Hosts that leave a probe unanswered, and classes of our own, are no rows of the table.
  assertEquals([...used, "unanswered", "more"].sort(), Object.keys(SUNDIAL_DIFFERENCES).sort());
});
