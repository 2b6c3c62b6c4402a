/** A reporter that reports nothing: the view of the run has what is shown. */

import type { Reporter } from "../../../run/reporter.ts";

const ignore = () => {};

/** Takes every event and writes none. */
export const SILENT_REPORTER: Omit<Reporter, "end"> = {
  run: ignore,
  sent: ignore,
  reply: ignore,
  icmpError: ignore,
  timeout: ignore,
  unsent: ignore,
  stray: ignore,
  summary: ignore,
};
