/** Why a clock is not usable, as words of a label. */

import type { UndecidedReason } from "../clock/remarks.ts";

/** The label for each reason: frozen, as the words of reports are not. */
export const CLOCK_REASONS: Readonly<Record<UndecidedReason, string>> = {
  "no reply yet": "no_reply",
  "no reply carries a time that can be read": "no_time",
  "the stamp has not moved yet": "not_moved",
  "replies contradict each other": "contradiction",
  "the stamps do not keep time": "not_keeping_time",
};
