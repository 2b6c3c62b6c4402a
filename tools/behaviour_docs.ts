/** docs/behaviours.md, from the tables of labels and clauses. */

import { CLAUSES } from "../src/behaviour/conformance.ts";
import { type LabelInfo, LABELS } from "../src/behaviour/label.ts";
import { SIGNATURES, type Traits } from "../src/behaviour/signature.ts";
import { SUNDIAL_DIFFERENCES } from "./sundial_differences.ts";
import { table } from "./markdown_table.ts";

/** The text of docs/behaviours.md. */
export function formatBehaviours(): string {
  return [
    INTRODUCTION,
    "## Labels",
    ...Object.entries<LabelInfo>(LABELS).map(([name, info]) =>
      [
        `### \`${name}\`\n`,
        info.meaning,
        `Decided: ${info.rule}`,
        ...(info.seenIn === undefined ? [] : [`Seen in: ${info.seenIn}.`]),
        ...(info.showsNoTime === undefined ? [] : ["No time can be read from it."]),
      ].join("\n")
    ),
    "## Likely systems",
    "`likely_system` in a `host` record names every system of this table of which no trait is contradicted and at least five are seen (both " +
    "of Windows). Stacks that share code look alike and stand together. Anyone can imitate a signature, and a router on the path can change " +
    "it: this is a hint for an inventory, no proof.",
    table(
      ["system", "traits", "source"],
      SIGNATURES.map(({ system, traits, source }) => [system, describeTraits(traits), source]),
    ),
    "## Addresses of one machine",
    "With `--aliases` the clocks of up to 512 hosts are followed for a minute, or for the time given. Addresses whose clocks agree in offset and rate " +
    "are written as `alias` records, each with the chance that any two of the clocks compared agree as closely; above 1 in 100 the record says " +
    "`coincidence`. Clocks at the rate of UTC are `undecidable`: every clock that is kept right looks alike. " +
    "[decisions/2026-11-27-one-machine-many-addresses.md](decisions/2026-11-27-one-machine-many-addresses.md) says how and why.",
    "## Where this differs from Sundial's own rules",
    "Sundial's program and ours, on the simulated hosts of `tests/unit/behaviour`; `sundial_test.ts` lists every host and label that differs.",
    table(
      ["Sundial", "here"],
      Object.values(SUNDIAL_DIFFERENCES).map(({ sundial, ours }) => [sundial, ours]),
    ),
    "## Clauses of the standards",
    "`nonconforming` in a `host` record names the clauses that the answers of a host break. Answering is optional; a host that " +
    "answers should keep them.",
    table(
      ["clause", "standard"],
      Object.entries(CLAUSES).map(([name, text]) => [`\`${name}\``, text]),
    ),
  ].join("\n\n") + "\n";
}

const TRAIT_WORDS = {
  isLazy: ["receive equals transmit", "receive and transmit differ"],
  isCoarse: ["a coarse tick", "no coarse tick"],
  copiesTos: ["copies the type of service", "does not copy the type of service"],
  answersBadChecksum: ["answers wrong checksums", "ignores wrong checksums"],
  hasDontFragment: ["DF set", "DF not set"],
} as const;

const CHOICE_WORDS: Readonly<Record<string, string>> = {
  "oddCode zero": "answers an odd code with code 0",
  "oddCode same": "answers an odd code with that code",
  "oddCode none": "ignores an odd code",
  "long cut": "cuts long requests",
  "long echoed": "returns long requests whole",
  "long none": "ignores long requests",
  "counting standard": "milliseconds of the day",
  "counting little-endian": "milliseconds of the day, little-endian",
  "counting other": "counts in another way",
  "identification zero": "IP identification 0",
  "identification counter": "IP identification counts up",
  "identification random": "IP identification random",
};

function describeTraits(traits: Traits): string {
  return Object.entries(traits).map(([name, value]) => {
    if (name === "initialTtl") return `TTL ${value}`;
    if (typeof value !== "boolean") return CHOICE_WORDS[`${name} ${value}`] ?? `${name} ${value}`;
    return TRAIT_WORDS[name as keyof typeof TRAIT_WORDS][value ? 0 : 1];
  }).join("; ");
}

const QUESTIONS_ASKED: readonly (readonly string[])[] = [
  ["standard", "originate is the time of day, receive and transmit are 0"],
  ["bad clock", "originate is a number far from the time of day"],
  ["bad checksum", "as standard, with a wrong ICMP checksum"],
  ["filled", "all three timestamps are numbers far from the time of day"],
  ["odd code", "as standard, with ICMP code 1"],
  ["long", "as standard, with 56 octets after the message"],
  ["service", "as standard, with a type of service of 0x40"],
];

const INTRODUCTION = `# How hosts answer timestamp requests

Made by \`deno task docs\` from the tables in \`src/behaviour\`; a test compares. \`icmptime audit\` gives each host that answers a set of
labels, with the number of replies that show each of them.

## The seven questions

${table(["question", "request"], QUESTIONS_ASKED)}

The first four are those of Sundial (E. C. Rye and R. Beverly, _Sundials in the shade: an Internet-wide perspective on ICMP timestamps_,
PAM 2019). Every host is asked all of them at least twice.

## How time is read

Each form in which hosts count (milliseconds or seconds of the day, Unix seconds, Unix milliseconds modulo 2^32, an uptime; either octet
order; with or without the high-order bit) is a hypothesis. It turns every timestamp into a time, and so every reply into an interval of the
offset of that clock from ours, by our own window from request to reply of that probe and modulo the period of the form. A form that leaves no common
offset is refuted. Of the rest, the one is chosen that the fewest numbers would fit as closely by chance, weighted by how rare it is; if
another one is within a factor of 100, nothing is decided. Midnight and long round trips therefore do not matter.

A clock that is off by any amount and one that counts from another moment look the same within a day. \`uptime\` is said only of
numbers that no time of day reaches.`;
