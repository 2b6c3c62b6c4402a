/** Light and dark: the reader's system decides, a button overrules it. Charts are painted again when it changes. */

import { required } from "./dom.ts";

const listeners: (() => void)[] = [];

/** A colour of the style sheet, such as `--rtt`. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name)
    .trim() || "gray";
}

/** Calls `listener` when the colours change. */
export function onThemeChange(listener: () => void): void {
  listeners.push(listener);
}

/** Starts to follow the system, the button and the printer, which prints on white. */
export function followTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const announce = () => listeners.forEach((listener) => listener());
  dark.addEventListener("change", announce);
  const button = required("theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    const isDark = (root.dataset["theme"] ?? (dark.matches ? "dark" : "light")) === "dark";
    root.dataset["theme"] = isDark ? "light" : "dark";
    announce();
  });
  let before: string | undefined;
  addEventListener("beforeprint", () => {
    before = root.dataset["theme"];
    root.dataset["theme"] = "light";
    announce();
  });
  addEventListener("afterprint", () => {
    if (before === undefined) delete root.dataset["theme"];
    else root.dataset["theme"] = before;
    announce();
  });
}
