/**
 * From the answers of a host to its labels.
 *
 * The classes are those of Sundial (Rye and Beverly, PAM 2019) and more; see {@linkcode LABELS}. Each comparison with our time is with
 * the window from request to reply of that very probe, modulo the period of what is counted, so neither midnight nor a long
 * round trip matters. A host that was not asked enough is `undecided`.
 */

import { type ClockUnit, readTimestamp } from "../measurement/clock_form.ts";
import { NEAR_MS } from "../measurement/mod.ts";
import { foldMs } from "../time/day.ts";
import { findZones, formatZone } from "../time/utc_offset.ts";
import type { HostAnswer, HostEvidence } from "./answer.ts";
import { countsSeconds, fitForms, type FittedForm, timesOf } from "./form_fit.ts";
import { findTick, type HostTick } from "./coarse_tick.ts";
import { all, describePace, MIN_ANSWERS, spanMs, STUCK_AFTER_MS, undecided } from "./finding.ts";
import { type Label, type LabelFinding, LABELS } from "./label.ts";
import { describeManners } from "./manners.ts";
import { findMeaningless } from "./meaningless.ts";
import { findLikelySystem, readTraits } from "./signature.ts";

/** What is known of a host's behaviour. */
export interface HostBehaviour {
  /** Its labels with their evidence, in the order of the table of labels. */
  readonly labels: readonly LabelFinding[];
  /** How its timestamps count; undefined where no time can be read or nothing is decided. */
  readonly form: FittedForm | undefined;
  /** Offset from UTC of the local time that it seems to show, in minutes; undefined for none. */
  readonly utcOffsetMinutes: number | undefined;
  /** How coarse its clock is; undefined where no milliseconds can be read. */
  readonly tick: HostTick | undefined;
  /** Names of the systems that answer so; undefined where none is known or too little was seen. */
  readonly likelySystem?: string | undefined;
}

/** Answers from which one concludes that the numbers keep no time. */
const MIN_RANDOM_ANSWERS = 4;
/** A local time that is off by more is no evidence of a time zone: zones lie a quarter of an hour apart. */
const ZONE_TOLERANCE_MS = 10_000;
/** A reading counts as decided when the next one is this many times less likely. */
const DECISIVE_RATIO = 100;

/** The label of each unit; undefined for the standard one. */
const UNIT_LABELS: Readonly<Record<ClockUnit, Label | undefined>> = {
  "milliseconds-of-day": undefined,
  "seconds-of-day": "seconds-of-day",
  "unix-seconds": "unix-seconds",
  "unix-milliseconds": "unix-ms",
  "uptime-milliseconds": "uptime",
};

/** Labels a host. */
export function classify(evidence: HostEvidence): HostBehaviour {
  const behaviour = describe(evidence);
  const isCoarse = behaviour.tick && behaviour.tick.shownMs !== undefined;
  const traits = readTraits(evidence, { counting: countingOf(behaviour), isCoarse });
  const likelySystem = findLikelySystem(traits);
  return { ...behaviour, likelySystem };
}

function countingOf(
  { form, labels }: HostBehaviour,
): "standard" | "little-endian" | "other" | undefined {
  if (labels.some(({ label }) => label === "undecided")) return undefined;
  if (form?.unit !== "milliseconds-of-day" || form.hasHighBit) return "other";
  return form.isLittleEndian ? "little-endian" : "standard";
}

function describe(evidence: HostEvidence): HostBehaviour {
  const { answers } = evidence;
  const manners = describeManners(evidence);
  const meaningless = findMeaningless(answers);
  if (meaningless !== undefined) return behaviourOf([...meaningless, ...manners]);
  if (answers.length < MIN_ANSWERS || spanMs(answers) < STUCK_AFTER_MS) {
    return behaviourOf([undecided(answers.length), ...manners]);
  }
  const forms = fitForms(answers);
  const [best, next] = forms;
  if (best === undefined) {
    const isRandom = answers.length >= MIN_RANDOM_ANSWERS;
    const finding = isRandom ? all("random", answers.length) : undecided(answers.length);
    return behaviourOf([finding, ...describePace(answers), ...manners]);
  }
  if (next !== undefined && next.rank < best.rank * DECISIVE_RATIO) {
    return behaviourOf([undecided(answers.length), ...manners]);
  }
  const zones = zonesOf(best);
  const tick = countsSeconds(best) ? undefined : findTick(timesOf(best, answers));
  return {
    labels: inOrder([
      ...describePace(answers),
      ...describeForm(best, zones, answers),
      ...describeOrder(best, answers),
      ...(tick?.shownMs === undefined
        ? []
        : [all("coarse-tick", answers.length, `${Number(tick.shownMs.toFixed(3))} ms`)]),
      ...manners,
    ]),
    form: best,
    utcOffsetMinutes: zones[0],
    tick,
  };
}

function behaviourOf(findings: readonly LabelFinding[]): HostBehaviour {
  const labels = inOrder(findings);
  return { labels, form: undefined, utcOffsetMinutes: undefined, tick: undefined };
}

function describeForm(
  form: FittedForm,
  zones: readonly number[],
  { length }: readonly HostAnswer[],
): LabelFinding[] {
  const labels: Label[] = [];
  if (form.isLittleEndian) labels.push("little-endian");
  const unit = UNIT_LABELS[form.unit];
  if (unit !== undefined) labels.push(unit);
  if (form.hasHighBit) {
    const isRight = zones.length > 0 || isNear(form);
    labels.push(isRight ? "high-bit" : "high-bit-odd");
  }
  const findings = labels.map((label) => all(label, length));
  return zones.length === 0
    ? findings
    : [...findings, all("time-zone", length, zones.map(formatZone).join(" or "))];
}

function isNear({ lowerMs, upperMs }: FittedForm): boolean {
  return lowerMs !== undefined && upperMs !== undefined && lowerMs <= NEAR_MS &&
    upperMs >= -NEAR_MS;
}

/** The offsets from UTC in civil use that a clock may show, the likeliest first; empty for UTC itself and for none. */
function zonesOf({ unit, lowerMs, upperMs }: FittedForm): number[] {
  if (unit !== "milliseconds-of-day" && unit !== "seconds-of-day") return [];
  if (lowerMs === undefined || upperMs === undefined) return [];
  const halfMs = (upperMs - lowerMs) / 2;
  return findZones((lowerMs + upperMs) / 2, ZONE_TOLERANCE_MS + halfMs);
}

function describeOrder(form: FittedForm, answers: readonly HostAnswer[]): LabelFinding[] {
  const backwards = answers.filter(({ reply }) => {
    const receiveMs = readTimestamp(reply.receive, form);
    const transmitMs = readTimestamp(reply.transmit, form);
    return receiveMs !== undefined && transmitMs !== undefined &&
      foldMs(transmitMs - receiveMs) < 0;
  });
  return backwards.length === 0
    ? []
    : [{ label: "transmit-before-receive", count: backwards.length, of: answers.length }];
}

function inOrder(findings: readonly LabelFinding[]): LabelFinding[] {
  const order = Object.keys(LABELS);
  return [...findings].sort((a, b) => order.indexOf(a.label) - order.indexOf(b.label));
}
