/** Addresses of an audit that show one clock, or may, with the odds. */

import { type LooseRecord, numberOf, textOf, textsOf } from "../../log/loose_record.ts";
import { type Html, html } from "./html.ts";

const KIND_WORDS: Readonly<Record<string, string>> = {
  one_clock: "probably one machine",
  coincidence: "agree, but two machines may do so by chance",
  undecidable: "run at the rate of UTC: nothing can be said",
};

/** The table; empty where the audit did not look for it. */
export function aliasTable(aliases: readonly LooseRecord[]): Html {
  if (aliases.length === 0) return html``;
  return html`
    <section>
      <h2>Addresses of one machine</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Addresses of one machine">
        <table data-sort id="alias-table">
          <thead>
            <tr>
              <th scope="col">Addresses</th>
              <th scope="col">They</th>
              <th scope="col" data-number>Chance of coincidence</th>
              <th scope="col" data-number>Offsets within, ms</th>
              <th scope="col" data-number>Rate, ppm</th>
            </tr>
          </thead>
          <tbody>${aliases.map((alias) => {
            const kind = textOf(alias, "alias_kind") ?? "";
            const words = Object.hasOwn(KIND_WORDS, kind) ? KIND_WORDS[kind] ?? kind : kind;
            return html`<tr><td>${textsOf(alias, "addresses").join(", ")}</td><td>${words}</td>${
              ["coincidence_ratio", "offset_within_ms", "skew_ppm"].map((key) => {
                const value = numberOf(alias, key);
                return html`<td data-value="${value ?? ""}">${value ?? "–"}</td>`;
              })
            }</tr>`;
          })}</tbody>
        </table>
      </div>
    </section>
  `;
}
