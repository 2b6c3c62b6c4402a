/** Records that `watch` logs: those of `ping`, where one of an echo request beside a timestamp request says so. */

import type { ProbeMessage } from "../probe/message/message.ts";
import type { Field } from "./field.ts";
import type { RecordTables } from "./json_reporter.ts";
import { ICMP_ERROR_FIELDS, REPLY_FIELDS, TIMEOUT_FIELDS, UNSENT_FIELDS } from "./probe_record.ts";
import { END_FIELDS, messageField, RUN_FIELDS } from "./run_record.ts";
import { SUMMARY_FIELDS } from "./summary_record.ts";

/** Tables for the log of `watch`; `hasBeside`: it sends timestamp requests, and echo requests may go beside them. */
export function watchTables(hasBeside: boolean): RecordTables {
  const named = (message: Pick<ProbeMessage, "name">) =>
    hasBeside && message.name === "echo" ? "echo" : undefined;
  return {
    run: RUN_FIELDS,
    reply: withMessage(REPLY_FIELDS, ({ probe }) => named(probe.message)),
    icmpError: withMessage(ICMP_ERROR_FIELDS, ({ outcome }) => named(outcome.probe.message)),
    timeout: withMessage(TIMEOUT_FIELDS, ({ probe }) => named(probe.message)),
    unsent: withMessage(UNSENT_FIELDS, ({ outcome }) => named(outcome.message)),
    summary: withMessage(SUMMARY_FIELDS, ({ message }) => message),
    end: END_FIELDS,
  };
}

/** Adds the message behind the address of the target. */
function withMessage<S>(
  fields: readonly Field<S>[],
  value: (source: S) => "echo" | undefined,
): readonly Field<S>[] {
  const place = fields.findIndex(({ name }) => name === "address") + 1;
  const message = {
    ...messageField(value),
    optional: true,
    note: "only where it is not that of the run: an echo request beside a timestamp request",
  };
  return [...fields.slice(0, place), message, ...fields.slice(place)];
}
