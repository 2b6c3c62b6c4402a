/** How the tables of docs/drop-ins.md spell an option. */

import type { Option, OptionTable } from "../../src/cli/options/option.ts";

/** `-n, --max-targets=N`. */
export function spellOption(
  name: string,
  { short, value, optionalValue }: Option<unknown>,
): string {
  const letter = short === undefined ? "" : `-${short}, `;
  const metavar = value === undefined
    ? ""
    : optionalValue === undefined
    ? `=${value.metavar}`
    : `[=${value.metavar}]`;
  return code(`${letter}--${name}${metavar}`);
}

/** The option of that name, spelled; throws where the table has none. */
export function spellNamed(table: OptionTable, name: string): string {
  const option = table[name];
  if (option === undefined) throw new Error(`Cannot spell --${name}: there is no such option`);
  return spellOption(name, option);
}

/** Text as code in a cell of a table. */
export function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}
