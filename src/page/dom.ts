/** Elements, made so that no text of the log is ever read as HTML. */

/** Makes an element: attributes, then children; texts stay texts. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** A button with a label for those who cannot see its sign. */
export function button(
  sign: string,
  label: string,
  action: () => void,
): HTMLButtonElement {
  const made = element("button", {
    type: "button",
    "aria-label": label,
    title: label,
  }, sign);
  made.addEventListener("click", action);
  return made;
}

/** The element that the page has for this. */
export function required(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`Cannot find #${id} in the page`);
  return found;
}
