/** How a file of `--format prometheus` is known. */

import type { TextForm } from "./replaced_file.ts";

/** Metrics of this program. */
export const METRICS_FORM: TextForm = { start: "# HELP icmptime_", name: "metrics of icmptime" };
