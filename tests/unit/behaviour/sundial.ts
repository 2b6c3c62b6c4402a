/**
 * Sundial's rules (E. C. Rye and R. Beverly, "Sundials in the Shade", PAM 2019) as its program applies them, faults included,
 * written from their description: one reply to each of four probes, a fixed tolerance of 200 ms, the originate timestamp as our
 * time, no regard to round trip or midnight, and no word on a host that leaves one of the four unanswered.
 */

import type { HostAnswer, HostEvidence } from "../../../src/behaviour/answer.ts";
import { swapped } from "./odd_host.ts";

/** Names of the classes, as ours are called. */
export const SUNDIAL_CLASSES: readonly string[] = [
  ...["normal", "lazy", "checksum-lazy", "stuck", "constant-zero", "constant-one"],
  ...["constant-little-endian-one", "reflection", "originate-echo", "high-bit", "high-bit-odd"],
  ...["time-zone", "unix-seconds", "little-endian", "halves-swapped"],
];

const HIGH_BIT = 0x8000_0000;
const NEAR_MS = 200;
const HOUR_MS = 3_600_000;
const ZONES_MS: readonly number[] = [
  ...Array.from({ length: 25 }, (_, i) => i - 12).filter((hours) => hours !== 0),
  ...[-9.5, -3.5, 3.5, 4.5, 5.5, 6.5, 9.5, 10.5],
].map((hours) => hours * HOUR_MS);

const isNear = (one: number, other: number) => Math.abs(one - other) <= NEAR_MS;

/** The classes of a host, sorted; undefined for one that Sundial skips. */
export function classifyAsSundial({ answers }: HostEvidence): string[] | undefined {
  const first = (question: string) => answers.find((answer) => answer.question === question);
  const standard = first("standard"), badClock = first("bad-clock");
  const badChecksum = first("bad-checksum"), duplicate = first("filled");
  if (!standard || !badClock || !badChecksum || !duplicate) return undefined;
  const replies = [standard, badClock, badChecksum, duplicate];
  const classes = ["checksum-lazy"];
  const isStuck = standard.reply.receive === duplicate.reply.receive &&
    standard.reply.transmit === duplicate.reply.transmit;
  if (isStuck) classes.push(nameConstant(standard.reply));
  if (
    replies.some(({ reply: { receive, transmit } }) =>
      receive !== transmit && receive !== 0 && transmit !== 0
    )
  ) classes.push("normal");
  else if (!isStuck && replies.every(({ reply }) => reply.receive === reply.transmit)) {
    classes.push("lazy");
  }
  const reflects = ({ request, reply }: HostAnswer) =>
    reply.receive === request.receive && reply.transmit === request.transmit;
  if (reflects(standard) && reflects(duplicate)) classes.push("reflection");
  const echoes = ({ request, reply }: HostAnswer) =>
    reply.receive === request.originate && reply.transmit === request.originate;
  if (echoes(standard) && echoes(badClock)) classes.push("originate-echo");
  classes.push(...readTime(standard));
  if (replies.every(({ reply }) => (reply.receive & 0xffff) === 0)) classes.push("halves-swapped");
  return classes.sort();
}

function nameConstant({ receive, transmit }: { receive: number; transmit: number }): string {
  if (receive !== transmit) return "stuck";
  if (receive === 0) return "constant-zero";
  if (receive === 1) return "constant-one";
  return receive === 0x0100_0000 ? "constant-little-endian-one" : "stuck";
}

/** What the reply to the standard probe shows. */
function readTime({ request: { originate }, reply, receivedUnixMs }: HostAnswer): string[] {
  const { receive, transmit } = reply;
  const classes: string[] = [];
  if (receive >= HIGH_BIT || transmit >= HIGH_BIT) {
    classes.push(isNear(receive - HIGH_BIT, originate) ? "high-bit" : "high-bit-odd");
  }
  // Its program ends here when the two differ.
  if (receive === transmit && ZONES_MS.some((zoneMs) => isNear(receive, originate + zoneMs))) {
    classes.push("time-zone");
  }
  if (Math.abs(receive - receivedUnixMs / 1000) <= 1) classes.push("unix-seconds");
  if (isNear(swapped(receive), originate)) classes.push("little-endian");
  return classes;
}
