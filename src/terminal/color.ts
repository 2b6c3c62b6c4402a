/**
 * Colours of text for a terminal, off until they are switched on. Not those of `@std/fmt/colors`, which NO_COLOR
 * switches off for good, also against `--color always`.
 */

let isEnabled = false;

/** Switches the colours of all text that is made from now on. */
export function setColorEnabled(enabled: boolean): void {
  isEnabled = enabled;
}

/** Whether text gets colours. */
export function getColorEnabled(): boolean {
  return isEnabled;
}

function style(start: number, end: number): (text: string) => string {
  return (text) => isEnabled ? `\x1b[${start}m${text}\x1b[${end}m` : text;
}

/** Bold text. */
export const bold: (text: string) => string = style(1, 22);

/** Text that stands back. */
export const dim: (text: string) => string = style(2, 22);

/** Red text, for what failed. */
export const red: (text: string) => string = style(31, 39);

/** Green text, for what is right. */
export const green: (text: string) => string = style(32, 39);

/** Yellow text, for what deserves a look. */
export const yellow: (text: string) => string = style(33, 39);
