/** The hosts of an audit or a scan: a table that sorts, filters, and shows what is known of each. */

import type { HostData, PageData } from "./data.ts";
import { element, required } from "./dom.ts";
import { formatOffsetUs } from "./format.ts";
import { compareKeys, makeSortable } from "./sort_table.ts";

/** Verdicts, worst first, by their number in the data. */
export const VERDICT_WORDS = [
  "wrong",
  "unreadable",
  "ICMP error",
  "silent",
  "answers",
  "right",
] as const;

/** Rows that are shown at first, and that each press of the button adds. */
const PAGE_ROWS = 200;

const COLUMNS: readonly {
  readonly name: string;
  readonly key: (host: HostData) => number | string;
  readonly isNumber?: boolean;
}[] = [
  { name: "Host", key: ([name]) => name },
  { name: "Verdict", key: ([, , verdict]) => VERDICT_WORDS[verdict] ?? "" },
  {
    name: "Offset",
    key: ([, , , offset]) => offset === null ? NaN : Math.abs(offset),
    isNumber: true,
  },
  {
    name: "Bounds around it",
    key: ([, , , , lower, upper]) => lower === null || upper === null ? NaN : upper - lower,
    isNumber: true,
  },
  { name: "What is odd", key: ([, , , , , , , , , , odd]) => odd, isNumber: true },
];

/** Fills the table of hosts. */
export function showHosts(data: PageData): void {
  if (data.hosts.length === 0) return;
  new HostTable(data).show();
}

class HostTable {
  readonly #data: PageData;
  /** Text of each host in which the filter looks. */
  readonly #texts: readonly string[];
  #order: number[];
  #limit = PAGE_ROWS;
  readonly #body = element("tbody");
  readonly #count = element("output", { "aria-live": "polite", id: "host-count" });
  readonly #more = element("button", { type: "button", id: "host-more" });
  readonly #all = element("button", { type: "button", id: "host-all" }, "Show all");
  readonly #text = element("input", { type: "search", id: "host-filter" });
  readonly #verdict = element("select", { id: "host-verdict" });
  readonly #label = element("select", { id: "host-label" });

  constructor(data: PageData) {
    this.#data = data;
    this.#order = data.hosts.map((_, i) => i);
    this.#texts = data.hosts.map(([name, address, verdict, , , , labels]) =>
      [name, address, VERDICT_WORDS[verdict], ...labels.map((label) => data.words[label])]
        .join(" ").toLowerCase()
    );
  }

  show(): void {
    const table = element(
      "table",
      { id: "host-table" },
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...COLUMNS.map(({ name, isNumber }) =>
            element("th", { scope: "col", ...(isNumber ? { "data-number": "" } : {}) }, name)
          ),
        ),
      ),
      this.#body,
    );
    makeSortable(table, (column, sign) => this.#sort(column, sign));
    this.#fillChoices();
    const home = required("hosts");
    home.append(
      element(
        "div",
        { class: "filters" },
        element("label", {}, "Find ", this.#text),
        element("label", {}, "Verdict ", this.#verdict),
        element("label", {}, "Shows ", this.#label),
        this.#count,
      ),
      element("div", {
        ...{ class: "scroll", tabindex: "0", role: "region", "aria-label": "Hosts" },
      }, table),
      element("p", { class: "more" }, this.#more, " ", this.#all),
    );
    for (const control of [this.#text, this.#verdict, this.#label]) {
      control.addEventListener("input", () => this.#refresh(PAGE_ROWS));
    }
    this.#more.addEventListener("click", () => this.#refresh(this.#limit + PAGE_ROWS));
    this.#all.addEventListener("click", () => this.#refresh(Infinity));
    this.#refresh(PAGE_ROWS);
  }

  #fillChoices(): void {
    const { hosts, words } = this.#data;
    const verdicts = [...new Set(hosts.map(([, , verdict]) => verdict))].sort((a, b) => a - b);
    const labels = [...new Set(hosts.flatMap((host) => host[6]))].map((label) => words[label] ?? "")
      .sort();
    const option = (value: string, text: string) => element("option", { value }, text);
    this.#verdict.append(
      option("", "any"),
      ...verdicts.map((verdict) => option(String(verdict), VERDICT_WORDS[verdict] ?? "")),
    );
    this.#label.append(option("", "anything"), ...labels.map((label) => option(label, label)));
  }

  #sort(column: number, sign: 1 | -1): void {
    const { hosts } = this.#data;
    const key = COLUMNS[column]?.key ?? (() => 0);
    const keyed = hosts.map((host, i) => ({ i, key: key(host) }));
    keyed.sort((a, b) => compareKeys(a.key, b.key, sign) || a.i - b.i);
    this.#order = keyed.map(({ i }) => i);
    this.#refresh(this.#limit);
  }

  #refresh(limit: number): void {
    this.#limit = limit;
    const words = this.#text.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    const label = this.#data.words.indexOf(this.#label.value);
    const verdict = this.#verdict.value;
    const found = this.#order.filter((i) => {
      const host = this.#data.hosts[i] as HostData;
      return words.every((word) => this.#texts[i]?.includes(word)) &&
        (verdict === "" || host[2] === Number(verdict)) &&
        (this.#label.value === "" || host[6].includes(label));
    });
    const shown = found.slice(0, limit);
    this.#body.replaceChildren(
      ...shown.map((i) => this.#row(this.#data.hosts[i] as HostData)),
    );
    const total = this.#data.hosts.length;
    this.#count.textContent = found.length === total
      ? `${total} hosts`
      : `${found.length} of ${total} hosts`;
    const left = found.length - shown.length;
    this.#more.textContent = `Show ${Math.min(left, PAGE_ROWS)} more of ${left}`;
    this.#more.hidden = this.#all.hidden = left === 0;
  }

  #row(host: HostData): HTMLTableRowElement {
    const [name, address, verdict, offset, lower, upper, labels, , , , odd] = host;
    const word = VERDICT_WORDS[verdict] ?? "";
    const opener = element(
      "button",
      { type: "button", class: "opener", "aria-expanded": "false" },
      name === address ? name : `${name} (${address})`,
    );
    const bounds = offset === null || lower === null || upper === null
      ? "–"
      : `${formatOffsetUs(lower)} to ${formatOffsetUs(upper)}`;
    const row = element(
      "tr",
      {},
      element("td", {}, opener),
      element("td", {}, element("span", { class: `verdict v${verdict}` }, word)),
      element("td", { class: "number" }, offset === null ? "–" : formatOffsetUs(offset)),
      element("td", { class: "number" }, bounds),
      element("td", {}, labels.slice(0, odd).map((label) => this.#data.words[label]).join(", ")),
    );
    // Made when it is opened: there may be ten thousand.
    opener.addEventListener("click", () => {
      const isOpen = opener.getAttribute("aria-expanded") === "true";
      opener.setAttribute("aria-expanded", String(!isOpen));
      if (isOpen) row.nextElementSibling?.remove();
      else row.after(this.#evidence(host));
    });
    return row;
  }

  #meaning(word: string): string {
    const { meanings } = this.#data;
    return Object.hasOwn(meanings, word) ? meanings[word] ?? "" : "";
  }

  /** What is behind the verdict: labels with the replies that show them, broken clauses, measured values. */
  #evidence(host: HostData): HTMLTableRowElement {
    const { words } = this.#data;
    const [, , , , , , labels, evidence, nonconforming, details] = host;
    const list = element("dl", {});
    const add = (name: string, text: string) =>
      list.append(element("dt", {}, name), element("dd", {}, text));
    for (const [i, label] of labels.entries()) {
      const word = words[label] ?? "";
      const shown = evidence[i] === undefined ? "" : ` (replies: ${evidence[i]})`;
      add(word, `${this.#meaning(word)}${shown}`);
    }
    for (const clause of nonconforming) {
      const word = words[clause] ?? "";
      add(`breaks ${word}`, this.#meaning(word));
    }
    for (const [name, value] of details) add(words[name] ?? "", String(value));
    const cell = element("td", { colspan: String(COLUMNS.length) }, list);
    return element("tr", { class: "evidence" }, cell);
  }
}
