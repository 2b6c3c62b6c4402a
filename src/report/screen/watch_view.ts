/** What the user has chosen to see, and the keys that choose. */

import type { Key } from "../../terminal/screen/key.ts";
import type { TargetRow } from "./target_row.ts";

/** Orders of the table. */
export const SORT_ORDERS = ["given", "loss", "rtt", "out", "back"] as const;

/** An order of the table. */
export type SortOrder = typeof SORT_ORDERS[number];

/** What the screen shows. */
export type ViewMode = "delays" | "clocks" | "help";

/** What a key asks of the run. */
export type ViewAction = "quit" | "reset" | "redraw" | "echo";

/** The choices of the user. */
export class WatchView {
  /** What is shown. */
  mode: ViewMode = "delays";
  /** Place in the run of the target in focus. */
  focus = 0;
  /** Length of chart columns: place among those of the history. */
  zoom: number;
  /** The picture stays; the run goes on. */
  isPaused = false;
  /** Charts show all targets. */
  isOverlaid = false;
  /** Order of the table. */
  sort: SortOrder = "given";
  /** The order is turned round. */
  isReversed = false;
  readonly #levels: number;

  /** Starts at one of the lengths that a chart column can have. */
  constructor(zoom: number, levels: number) {
    this.zoom = zoom;
    this.#levels = levels;
  }

  /** The targets in the order of the table. */
  order(rows: readonly TargetRow[]): TargetRow[] {
    const { sort } = this;
    const sorted = sort === "given"
      ? rows.slice()
      : rows.toSorted((a, b) => weigh(b, sort) - weigh(a, sort));
    return this.isReversed ? sorted.reverse() : sorted;
  }

  /**
   * Follows a key.
   *
   * @param shown targets in the order of the table
   * @returns what the run has to do, where it has to
   */
  press(key: Key, shown: readonly TargetRow[]): ViewAction | undefined {
    switch (key) {
      case "q":
        return "quit";
      case "r":
        this.isPaused = false;
        return "reset";
      case "e":
        return "echo";
      case "\f":
        return "redraw";
      case "?":
      case "h":
        this.mode = this.mode === "help" ? "delays" : "help";
        break;
      case "escape":
        this.mode = "delays";
        break;
      case "c":
        this.mode = this.mode === "clocks" ? "delays" : "clocks";
        break;
      case "p":
      case " ":
        this.isPaused = !this.isPaused;
        break;
      case "o":
        this.isOverlaid = !this.isOverlaid;
        break;
      case "s":
        this.sort = SORT_ORDERS[(SORT_ORDERS.indexOf(this.sort) + 1) % SORT_ORDERS.length] ??
          "given";
        break;
      case "S":
        this.isReversed = !this.isReversed;
        break;
      case "+":
      case "=":
        this.zoom = Math.max(0, this.zoom - 1);
        break;
      case "-":
        this.zoom = Math.min(this.#levels - 1, this.zoom + 1);
        break;
      default:
        this.#move(key, shown);
    }
    return undefined;
  }

  #move(key: Key, shown: readonly TargetRow[]): void {
    const at = shown.findIndex(({ index }) => index === this.focus);
    const last = shown.length - 1;
    const places: Readonly<Record<Key, number>> = {
      ...{ j: at + 1, down: at + 1, k: at - 1, up: at - 1 },
      ...{ "page-down": at + 10, "page-up": at - 10 },
      ...{ g: 0, home: 0, G: last, end: last },
    };
    const place = places[key];
    if (place === undefined) return;
    this.focus = shown[Math.min(last, Math.max(0, place))]?.index ?? this.focus;
  }
}

/** Larger stands first; what is unknown stands last. */
function weigh({ lossRatio, rtt, latest }: TargetRow, sort: Exclude<SortOrder, "given">): number {
  switch (sort) {
    case "loss":
      return lossRatio ?? -1;
    case "rtt":
      return rtt?.median ?? -1;
    case "out":
      return latest.out?.p95 ?? -1;
    case "back":
      return latest.back?.p95 ?? -1;
  }
}
