/** What was found about a target, in words: what was lost, how long it took, which direction grew, where its clock is. */

import { numberOf, textOf } from "../../log/loose_record.ts";
import { formatShare, formatTime } from "../../page/format.ts";
import { noiseOf } from "../../run/slow_part.ts";
import { countOf, formatCount } from "../../terminal/quantity.ts";
import { describeOffset, formatThreeDigits } from "../milliseconds.ts";
import type { DirectionSummary, TargetSummary } from "./target_summary.ts";

/** One direction is named alone when it rises this many times as much as the other. */
const CLEARLY = 2;
/** Waits in our own queue that are worth a word. */
const QUEUE_MS = 1;

/** The direction that grew, if one did. */
export type GrownDirection = "out" | "back" | "both" | "none" | "unknown";

/** Which direction grew by more than noise: first by what is usual (95 %), then by single peaks. */
export function grownDirection({ out, back, log }: TargetSummary): GrownDirection {
  if (out === undefined || back === undefined) return "unknown";
  const noiseMs = noiseOf("out", log.tickMs);
  return compare(out.delays.quantile(0.95), back.delays.quantile(0.95), noiseMs) ??
    compare(out.delays.max, back.delays.max, noiseMs) ?? "none";
}

function compare(outMs: number, backMs: number, noiseMs: number): GrownDirection | undefined {
  if (Math.max(outMs, backMs) <= noiseMs) return undefined;
  if (outMs >= CLEARLY * backMs) return "out";
  return backMs >= CLEARLY * outMs ? "back" : "both";
}

/** Sentences about a target, the main thing first. */
export function describeTarget(summary: TargetSummary): string[] {
  return [
    describeLoss(summary),
    describeRtt(summary),
    describeDirections(summary),
    describeQueue(summary),
    describeClock(summary),
  ].filter((sentence) => sentence !== undefined);
}

function describeLoss({ counts, settled, log }: TargetSummary): string | undefined {
  if (settled === 0) return undefined;
  const unanswered = settled - counts.received;
  if (settled === 1) return `The only probe was ${unanswered === 0 ? "" : "not "}answered.`;
  if (counts.received === 0) return `No answer to any of ${formatCount(settled)} probes.`;
  if (unanswered === 0) return `All ${formatCount(settled)} probes answered.`;
  const parts = [
    ...(counts.icmpErrors > 0 ? [`ICMP errors ${formatCount(counts.icmpErrors)}`] : []),
    ...(counts.unsent > 0 ? [`not sent ${formatCount(counts.unsent)}`] : []),
    ...(log.late > 0 ? [`late ${formatCount(log.late)}`] : []),
  ];
  return `${formatCount(unanswered)} of ${formatCount(settled)} probes unanswered ` +
    `(${[formatShare(unanswered, settled), ...parts].join("; ")}).`;
}

function describeRtt({ rtt, log: { isSummarized, clock } }: TargetSummary): string | undefined {
  if (rtt === undefined) return undefined;
  const { delays } = rtt;
  if (delays.count === 1 || clock !== undefined) {
    return `Round trip ${clock === undefined ? "" : "at least "}${ms(delays.min)}.`;
  }
  const about = isSummarized ? "about " : "";
  return `Round trip ${about}${ms(delays.quantile(0.5))}, 95 % within ${about}` +
    `${ms(delays.quantile(0.95))}, longest ${ms(delays.max)}.`;
}

function describeDirections(summary: TargetSummary): string | undefined {
  const { out, back } = summary;
  const grown = grownDirection(summary);
  if (grown === "unknown" || out === undefined || back === undefined) {
    return summary.rtt === undefined || summary.log.clock !== undefined
      ? undefined
      : "Directions are unknown: its timestamps cannot be read.";
  }
  if (grown === "none") {
    const mostMs = Math.max(out.delays.max, back.delays.max);
    return `Steady in both directions: at most ${ms(mostMs)} above the minimum.`;
  }
  if (grown === "both") {
    return `Both directions grew: out ${describeRise(out)}; back ${describeRise(back)}.`;
  }
  const [more, less] = grown === "out" ? [out, back] : [back, out];
  return `The delay ${grown} grew ${describeRise(more)}; ` +
    `the delay ${grown === "out" ? "back" : "out"} by at most ${ms(less.delays.max)}.`;
}

function describeRise({ delays, worstS }: DirectionSummary): string {
  return `by up to ${ms(delays.max)}, at ${formatTime(worstS * 1e3, "second")} UTC, ` +
    `95 % by ${ms(delays.quantile(0.95))} or less`;
}

function describeQueue({ queue, log }: TargetSummary): string | undefined {
  const stuck = log.happenings.oddities.find(({ name }) => name.includes("own queue"));
  const lost = stuck === undefined ? "" : `, and kept ${countOf(stuck.count, "probe")}`;
  if (queue === undefined || queue.delays.max < QUEUE_MS) {
    return stuck === undefined
      ? undefined
      : `This machine's own queue kept ${countOf(stuck.count, "probe")}.`;
  }
  const usual = queue.delays.quantile(0.95);
  return `This machine's own queue held probes for up to ${ms(queue.delays.max)}` +
    `${usual < QUEUE_MS ? " now and then" : `, 95 % for ${ms(usual)} or less`}${lost}.`;
}

function describeClock({ log: { clock }, offset, movedMs }: TargetSummary): string | undefined {
  if (clock !== undefined && clock["is_decided"] !== true) {
    return `Its clock is not known: ${textOf(clock, "undecided_reason") ?? "not decided"}.`;
  }
  if (offset === undefined) return undefined;
  const { value: valueMs, lower: lowerMs, upper: upperMs } = offset;
  const where = describeOffset({ valueMs, lowerMs, upperMs });
  const ppm = clock === undefined ? undefined : numberOf(clock, "skew_ppm");
  const rate = ppm === undefined
    ? ""
    : `, and gains ${Number(ppm.toPrecision(3))} ppm`.replace("gains -", "loses ");
  const moved = movedMs === 0 ? "" : ` It moved by at least ${ms(movedMs)} against ours.`;
  return `Its clock is ${where}${rate}.${moved}`;
}

/** `12.3 ms`, to three digits. */
export function ms(value: number): string {
  if (value >= 9995) return `${formatThreeDigits(value / 1e3)} s`;
  return `${formatThreeDigits(value)} ms`;
}
