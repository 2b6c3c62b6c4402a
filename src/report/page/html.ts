/** HTML as text: everything that is put in is escaped, unless it is HTML already. */

/** HTML that is safe to put into a page. */
export class Html {
  /** The HTML. */
  readonly text: string;

  /** Takes text that is HTML. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in a template: text to escape, HTML, and lists of both. */
export type HtmlPart = string | number | Html | readonly HtmlPart[];

/** Template for HTML: `` html`<p>${text}</p>` `` escapes `text`, in content and in quoted attributes. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let text = strings[0] ?? "";
  parts.forEach((part, i) => text += render(part) + (strings[i + 1] ?? ""));
  return new Html(text);
}

function render(part: HtmlPart): string {
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  return escapeHtml(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
// deno-lint-ignore no-control-regex -- characters that HTML does not allow, and those that turn text around
const UNSHOWN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text for content and quoted attributes; control characters, and those that change its direction, become U+FFFD. */
export function escapeHtml(text: string): string {
  return text.replace(UNSHOWN, "\ufffd").replace(/[&<>"']/g, (found) => ENTITIES[found] ?? "");
}

/** A value as JSON inside a script element: nothing in it can end the element (HTML Standard, restrictions of script contents). */
export function jsonForScript(value: unknown): Html {
  const text = JSON.stringify(value).replace(/</g, "\\u003c").replace(UNSHOWN, "\ufffd");
  return new Html(text.replace(/\u2028/g, "\\u2028").replace(/\u2029/g, "\\u2029"));
}
