/** docs/drop-ins.md: what icmptime takes the place of, and how. Each program has its section, made from the tables of its command. */

import { formatClockdiffSection } from "./clockdiff.ts";
import { formatFpingSection } from "./fping.ts";
import { formatTspingSection } from "./tsping.ts";
import { formatZmapSection } from "./zmap.ts";

/** Makes the sections, in their order. */
const SECTIONS: readonly (() => string)[] = [
  formatFpingSection,
  formatClockdiffSection,
  formatTspingSection,
  formatZmapSection,
];

const INTRODUCTION =
  `<!-- Made by \`deno task docs\`: change the tables of the commands, or tools/drop_ins/. -->

# In the place of other programs

Scripts and monitors that call these programs can call icmptime instead. Put \`icmptime\` in front of the command line, or a file of
this kind named after the program into a directory that comes first in \`PATH\`:

\`\`\`sh
#!/bin/sh
exec icmptime fping "$@"
\`\`\``;

/** The whole page. */
export function formatDropIns(): string {
  return [INTRODUCTION, ...SECTIONS.map((section) => section())].join("\n\n") + "\n";
}
