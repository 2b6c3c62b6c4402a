/** Tables of the page whose heads sort them. */

import { element } from "./dom.ts";

/** What a cell is sorted by: its number, else its text. */
function keyOf(row: HTMLTableRowElement, column: number): number | string {
  const cell = row.cells[column];
  const value = cell?.dataset["value"];
  if (value === undefined) return cell?.textContent ?? "";
  // Nothing known comes last, in both directions.
  return value === "" ? NaN : Number(value);
}

/** Compares numbers with numbers and texts as people number things; what is unknown comes last. */
export function compareKeys(one: number | string, other: number | string, sign: 1 | -1): number {
  const [isOneUnknown, isOtherUnknown] = [Number.isNaN(one), Number.isNaN(other)];
  if (isOneUnknown || isOtherUnknown) return Number(isOneUnknown) - Number(isOtherUnknown);
  if (typeof one === "number" && typeof other === "number") return sign * (one - other);
  return sign * String(one).localeCompare(String(other), "en", { numeric: true });
}

/** Turns the heads of a table into buttons. The first click sorts numbers from the greatest on, texts from A on. */
export function makeSortable(
  table: HTMLTableElement,
  sort: (column: number, sign: 1 | -1) => void = (column, sign) => sortRows(table, column, sign),
): void {
  const heads = [...table.tHead?.rows[0]?.cells ?? []];
  for (const [column, head] of heads.entries()) {
    if (head.dataset["fixed"] !== undefined) continue;
    const button = element("button", { type: "button" }, ...head.childNodes);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const first = head.dataset["number"] === undefined ? "ascending" : "descending";
      const last = first === "ascending" ? "descending" : "ascending";
      const direction = head.ariaSort === first ? last : first;
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", direction);
      sort(column, direction === "ascending" ? 1 : -1);
    });
  }
}

function sortRows(table: HTMLTableElement, column: number, sign: 1 | -1): void {
  const body = table.tBodies[0];
  if (body === undefined) return;
  const rows = [...body.rows].map((row) => ({ row, key: keyOf(row, column) }));
  rows.sort((a, b) => compareKeys(a.key, b.key, sign));
  body.append(...rows.map(({ row }) => row));
}
