/** Progress bars out of block characters, to an eighth of a cell. */

import type { CellGrid } from "./cell_grid.ts";
import { STYLE } from "./style.ts";

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;
const TRACK = "·";

/**
 * Draws a bar: filled from the left for what is done, dots for what is left.
 *
 * @param columns width in cells
 * @param share what is done, 0 to 1; other numbers count as the nearest of these
 */
export function drawBar(
  grid: CellGrid,
  row: number,
  column: number,
  columns: number,
  share: number,
): void {
  const eighths = Math.floor(Math.min(1, Math.max(0, share)) * columns * 8);
  const filled = "█".repeat(eighths >>> 3) + EIGHTHS[eighths & 7];
  grid.putNarrow(row, column, filled.padEnd(columns, TRACK), STYLE.plain, column + columns);
}
