/** Help, usage and lists of fields of a command made up for it, letter by letter. */

import { assertEquals } from "@std/assert";
import { formatFieldList } from "../../../src/cli/options/field_list.ts";
import { describeDefault, formatHelp, formatUsage } from "../../../src/cli/options/help.ts";
import type { CommandSpec, FieldTables } from "../../../src/cli/options/option.ts";
import { choice, integer, text } from "../../../src/cli/options/values.ts";

const LAMP: CommandSpec = {
  name: "lamp",
  summary: "Switch a lamp",
  operands: "LAMP...",
  completeOperand: "none",
  description: [
    "Switches lamps, one after the other, from the first one to the last one.",
    "Ends.",
  ],
  options: {
    bright: {
      short: "b",
      value: integer("N", 0, 9),
      help: "Set the light",
      group: "Packet",
      default: 0,
    },
    quiet: { short: "q", help: "Say nothing", group: "Output" },
    hue: {
      short: "u",
      value: choice("HUE", ["red"]),
      help: "Set the hue",
      group: "Packet",
      optionalValue: "red",
      defaultText: "white",
    },
    // One blank more than these would be in the column of the text.
    "as-long-as-fits": { value: text("NAME"), help: "Name it", group: "Output" },
    "lengthy": { value: text("A-LONG-NAME"), help: "Name it", group: "Output" },
    "just-in-the-room": { short: "v", help: "Print more", group: "Output" },
    "late": { value: text("WHEN"), help: "Wait", group: "Packet" },
  },
  exitCodes: [[0, "It shines"], [1, "It does not, or did not within the time that a lamp takes"]],
  examples: [["icmptime lamp a", "one lamp"], ["icmptime lamp a b", "two lamps"]],
};

Deno.test("help: usage, paragraphs, options by group with their defaults, exit codes and examples", () => {
  assertEquals(
    formatHelp(LAMP, 60),
    `Usage: icmptime lamp [OPTIONS] LAMP...

Switches lamps, one after the other, from the first one to
the last one.

Ends.

Packet:
  -b, --bright N          Set the light (default: 0)
  -u, --hue[=HUE]         Set the hue (default: white)
      --late WHEN         Wait

Output:
  -q, --quiet             Say nothing
      --as-long-as-fits NAME
                          Name it
      --lengthy A-LONG-NAME
                          Name it
  -v, --just-in-the-room  Print more

Exit codes:
  0  It shines
  1  It does not, or did not within the time that a lamp
     takes

Examples:
  icmptime lamp a    one lamp
  icmptime lamp a b  two lamps
`,
  );
});

Deno.test("help: a command without operands, and ping, which needs no name", () => {
  const usage = (command: Partial<CommandSpec>) =>
    formatHelp({ ...LAMP, ...command }).split("\n", 1)[0];
  assertEquals(usage({ operands: "" }), "Usage: icmptime lamp [OPTIONS]");
  assertEquals(usage({ name: "ping" }), "Usage: icmptime [OPTIONS] LAMP...");
});

Deno.test("help: examples stand beside what they do, below it where one is too long", () => {
  const examples = (columns: number) =>
    formatHelp({
      ...LAMP,
      examples: [["icmptime lamp a", "one lamp"], [
        "icmptime lamp --bright 5 --hue=red --late 5s hall",
        "a lamp",
      ]],
    }, columns).split("Examples:\n")[1];
  assertEquals(
    examples(61),
    `  icmptime lamp a                                    one lamp
  icmptime lamp --bright 5 --hue=red --late 5s hall  a lamp
`,
  );
  const below = `  icmptime lamp a
      one lamp
  icmptime lamp --bright 5 --hue=red --late 5s hall
      a lamp
`;
  assertEquals(examples(60), below);
  assertEquals(examples(53), below);
  assertEquals(
    examples(50),
    `  icmptime lamp a
      one lamp
  icmptime lamp --bright 5 --hue=red --late 5s \\
    hall
      a lamp
`,
  );
});

Deno.test("help: a default of 0 or false is one, and its text comes first", () => {
  const option = { help: "", group: "Packet" } as const;
  assertEquals(describeDefault(option), "");
  assertEquals(describeDefault({ ...option, default: 0 }), " (default: 0)");
  assertEquals(describeDefault({ ...option, default: 1000, defaultText: "1s" }), " (default: 1s)");
});

Deno.test("usage: switches in one word, letters with their values, then all long names", () => {
  assertEquals(
    formatUsage(LAMP, 70),
    `Usage: lamp [-qv] [-b N] [-u[HUE]] [--bright=N] [--quiet]
            [--hue[=HUE]] [--as-long-as-fits=NAME]
            [--lengthy=A-LONG-NAME] [--just-in-the-room] [--late=WHEN]
            LAMP...
`,
  );
});

const RECORDS: FieldTables["records"] = [{
  type: "lamp",
  description: "Once for each lamp",
  fields: [
    { name: "name", type: "string", description: "Its name" },
    { name: "brightness", type: "integer", description: "Its light", note: "0 to 9" },
  ],
}, { type: "end", description: "Once, last", fields: [] }] as unknown as FieldTables["records"];

Deno.test("field list: each record with its fields in columns, then the flags", () => {
  const records = `lamp: Once for each lamp
  name        string   Its name
  brightness  integer  Its light (0 to 9)

end: Once, last
`;
  assertEquals(formatFieldList({ records: RECORDS, flags: {} }), records);
  assertEquals(
    formatFieldList({ records: RECORDS, flags: { dim: "It is dim", flickering: "It flickers" } }),
    `${records}
flags: What can be odd about a reply
  dim         It is dim
  flickering  It flickers
`,
  );
  assertEquals(
    formatFieldList({ records: [], flags: { dim: "It is dim" } }),
    "flags: What can be odd about a reply\n  dim  It is dim\n",
  );
});
