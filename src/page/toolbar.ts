/** Buttons that zoom and move all charts, and the span that they show. */

import { button, element, required } from "./dom.ts";
import { formatTime } from "./format.ts";
import type { View } from "./view.ts";

/** Spans of less than this are named with milliseconds. */
const SHORT_S = 10;

/** Fills the toolbar of the page. */
export function showToolbar(view: View): void {
  const bar = required("toolbar");
  const span = element("output", { id: "span" });
  const show = () => {
    const { fromS, toS } = view.span;
    const digits = toS - fromS < SHORT_S ? "millisecond" : "second";
    const end = formatTime(toS * 1e3, digits);
    span.textContent = `${formatTime(fromS * 1e3, digits)} to ${
      fromS % 86_400 < toS % 86_400 && toS - fromS < 86_400 ? end.slice(11) : end
    } UTC`;
    bar.classList.toggle("zoomed", view.isZoomed);
  };
  view.onChange(show);
  bar.append(
    button("−", "Zoom out", () => view.zoom(2)),
    button("+", "Zoom in", () => view.zoom(0.5)),
    button("◀", "Earlier", () => view.pan(-0.5)),
    button("▶", "Later", () => view.pan(0.5)),
    button("All", "Show all of the time", () => view.reset()),
    span,
  );
  bar.hidden = false;
  show();
}

/** Wheel over a chart: with Ctrl it zooms, with Shift it moves; alone it scrolls the page, as everywhere. */
export function followWheel(view: View, home: HTMLElement): void {
  home.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.shiftKey) return;
    const over = (event.target as Element).closest(".u-over");
    if (over === null) return;
    event.preventDefault();
    const { left, width } = over.getBoundingClientRect();
    const { fromS, toS } = view.span;
    const amount = event.deltaY || event.deltaX;
    if (event.shiftKey) view.pan(Math.sign(amount) * 0.1);
    else view.zoom(amount > 0 ? 1.25 : 0.8, fromS + (toS - fromS) * (event.clientX - left) / width);
  }, { passive: false });
}
