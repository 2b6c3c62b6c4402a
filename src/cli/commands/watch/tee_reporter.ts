/** Two forms of output of one run. */

import type { Reporter } from "../../../run/reporter.ts";

/** A reporter that passes everything on to two others, in their order. */
export function teeReporter(first: Reporter, second: Reporter): Reporter {
  const both = [first, second];
  return {
    run: (info) => both.forEach((each) => each.run(info)),
    sent: (probe, bytes) => both.forEach((each) => each.sent(probe, bytes)),
    reply: (event) => both.forEach((each) => each.reply(event)),
    icmpError: (event) => both.forEach((each) => each.icmpError(event)),
    timeout: (event) => both.forEach((each) => each.timeout(event)),
    unsent: (event) => both.forEach((each) => each.unsent(event)),
    stray: (datagram) => both.forEach((each) => each.stray(datagram)),
    summary: (summary) => both.forEach((each) => each.summary(summary)),
    condition: (event) => both.forEach((each) => each.condition?.(event)),
    end: (info) => both.forEach((each) => each.end(info)),
  };
}
