/** The options of `watch`, those of `ping` where they mean the same. */

import { CHART_STYLES } from "../../../terminal/screen/chart.ts";
import type { CommandSpec, OptionTable } from "../../options/option.ts";
import {
  GENERAL_OPTIONS,
  INTERVAL_OPTION,
  PACKET_OPTIONS,
  RUN_EXIT_CODES,
  TARGET_OPTIONS,
  WAIT_OPTIONS,
  WRITE_OPTION,
} from "../../options/shared_options.ts";
import { choice, integer, text } from "../../options/values.ts";

/** Table of the options of `watch`. */
export const WATCH_OPTIONS = {
  ...INTERVAL_OPTION,
  count: {
    short: "c",
    value: integer("N", 1, Number.MAX_SAFE_INTEGER),
    help: "End after N probes to each target",
    group: "Probes",
    defaultText: "no end",
  },
  ...WAIT_OPTIONS,
  echo: { help: "Send echo requests instead of timestamp requests", group: "Probes" },
  ...TARGET_OPTIONS,
  "all-addresses": { help: "Probe every address of a name, not only the first", group: "Targets" },
  ...PACKET_OPTIONS,
  "user-stamps": {
    help: "Take stamps in user space instead of the kernel",
    group: "Packet contents",
  },
  style: {
    value: choice("STYLE", CHART_STYLES),
    help: "Print charts with braille patterns, blocks or ascii",
    group: "Output",
    default: "braille",
  },
  output: {
    short: "o",
    value: text("FILE", "file"),
    fileUse: "append",
    help: "Append every probe to FILE too, as JSON Lines",
    group: "Output",
  },
  ...WRITE_OPTION,
  "list-fields": { help: "List the fields of the log", group: "Output" },
  numeric: { short: "n", help: "Print addresses instead of names", group: "Output" },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** `icmptime watch`: its usage, options, and the rules between them. */
export const WATCH_COMMAND: CommandSpec<typeof WATCH_OPTIONS> = {
  name: "watch",
  summary: "Show on a full screen which direction is slow, and the remote clocks",
  operands: "TARGET...",
  completeOperand: "host",
  description: [
    "Probes hosts as ping does and draws what they show: a table of the targets, and charts of round-trip time, delay " +
    "out and delay back of the one in focus. Delays in one direction are drawn as changes above their least of the " +
    "last minute, which are free of the offset between the clocks. The wait in this machine's own queue is shown " +
    "apart from the network.",
    "Keys: q quits and prints the summary, p pauses the picture, r resets its numbers, j and k or the arrows choose a " +
    "target, + and - the time that charts span, o draws all targets, c shows clocks, e sends echo " +
    "requests beside and counts them apart, s sorts, ? explains. Needs a terminal of at least 40 columns and 10 lines.",
    "A target is what it is for ping.",
  ],
  options: WATCH_OPTIONS,
  conflicts: [["count", "deadline"]],
  loadFields: async () => {
    const { recordsOf } = await import("../../../record/registry.ts");
    const { FLAG_MEANINGS } = await import("../../../record/flags.ts");
    return { records: recordsOf("watch"), flags: FLAG_MEANINGS };
  },
  exitCodes: RUN_EXIT_CODES,
  examples: [
    ["icmptime watch 192.0.2.7 192.0.2.8", "watch two hosts"],
    ["icmptime watch -i 200ms -o log.jsonl 192.0.2.7", "watch one closely, and keep a log"],
  ],
};
