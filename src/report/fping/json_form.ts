/** The JSON Lines of fping's option -J, as doc/fping-json.md of fping 5.5 describes them. */

import {
  formatNs,
  type FormOptions,
  type FpingForm,
  type ReplyLine,
  type WholeRun,
} from "./form.ts";
import { formatFpingMs, formatFpingTime } from "./number_text.ts";
import type { Count, Tally } from "./tally.ts";

/** JSON Lines. */
export class JsonForm implements FpingForm {
  readonly #options: FormOptions;

  /** Writes what `options` choose. */
  constructor(options: FormOptions) {
    this.#options = options;
  }

  /** `{"resp": {"host": "127.0.0.1", "seq": 0, "size": 64, "rtt": 0.054}}` */
  reply({ label, index, ...line }: ReplyLine, _count: Count, unixMs: number): string {
    const { lengthBytes, rttMs, stampsMs, tos, ttl } = line;
    const members: Member[] = [
      ...this.#time(unixMs),
      ["host", JSON.stringify(label)],
      ["seq", index],
      ["size", lengthBytes],
      ["rtt", formatFpingMs(rttMs)],
    ];
    if (stampsMs !== undefined) {
      const names = ["originate", "receive", "transmit", "localreceive"];
      members.push(["timestamps", object(names.map((name, i) => [name, stampsMs[i] as number]))]);
    }
    if (tos !== undefined) members.push(["tos", Number.isNaN(tos) ? -1 : tos]);
    if (ttl !== undefined) members.push(["ttl", Number.isNaN(ttl) ? -1 : ttl]);
    return object([["resp", object(members)]]);
  }

  /** `{"timeout": {"host": "127.0.0.1", "seq": 0}}` */
  timeout(label: string, index: number, _count: Count, unixMs: number): string {
    return object([[
      "timeout",
      object([...this.#time(unixMs), ["host", JSON.stringify(label)], ["seq", index]]),
    ]]);
  }

  /** `{"summary": {…}}`, of an interval `{"intSum": {"time": …}}`. */
  summary(label: string, count: Count, intervalEndMs?: number): string {
    const { sent, received, lossPercent } = count;
    const { outagePeriodMs } = this.#options;
    const members: Member[] = [
      ["host", JSON.stringify(label)],
      ["xmt", sent],
      ["rcv", received],
      ["loss", lossPercent],
    ];
    if (outagePeriodMs !== undefined) {
      members.push(["outage(ms)", Math.trunc((sent - received) * outagePeriodMs)]);
    }
    members.push(...rttMembers(count));
    if (intervalEndMs === undefined) return object([["summary", object(members)]]);
    return object([["intSum", object([["time", Math.floor(intervalEndMs / 1e3)], ...members])]]);
  }

  /** `{"vSum": {"host": "127.0.0.1", "values": [0.054, null]}}` */
  everyRtt(label: string, { rttsNs = [] }: Tally): string {
    const values = Array.from(rttsNs, (rttNs) => rttNs === undefined ? "null" : formatNs(rttNs));
    const members: Member[] = [["host", JSON.stringify(label)], [
      "values",
      `[${values.join(", ")}]`,
    ]];
    return object([["vSum", object(members)]]);
  }

  /** `{"stats": {…}}` */
  statistics({ targets, unknown, elapsedS, totals }: WholeRun): string[] {
    const { alive, timeouts, sent, received, errors, rtt } = totals;
    const members: Member[] = [
      ["targets", targets],
      ["alive", alive],
      ["unreachable", targets - alive],
      ["unknownAddresses", unknown],
      ["timeouts", timeouts],
      ["icmpEchosSent", sent],
      ["icmpEchoRepliesReceived", received],
      ["otherIcmpReceived", errors],
      ["rttMin", formatNs(rtt.minNs)],
      ["rttAvg", formatNs(rtt.meanNs ?? 0)],
      ["rttMax", formatNs(rtt.maxNs)],
      ["elapsed", elapsedS.toFixed(3)],
    ];
    return [object([["stats", object(members)]])];
  }

  #time(unixMs: number): Member[] {
    const { time } = this.#options;
    return time === undefined ? [] : [["timestamp", `"${formatFpingTime(unixMs, time)}"`]];
  }
}

/** Name of a member, and its value as JSON. */
type Member = readonly [name: string, json: string | number];

function object(members: readonly Member[]): string {
  return `{${members.map(([name, json]) => `"${name}": ${json}`).join(", ")}}`;
}

function rttMembers({ minNs, meanNs, maxNs }: Count): Member[] {
  if (meanNs === undefined) return [];
  return [["rttMin", formatNs(minNs)], ["rttAvg", formatNs(meanNs)], ["rttMax", formatNs(maxNs)]];
}
