/** Which format of exposition a request asks for (RFC 9110 §12.5.1). */

import type { ExpositionFormat } from "../prometheus/exposition.ts";

/** Versions of OpenMetrics that the answer is valid as. */
const OPEN_VERSIONS: ReadonlySet<string> = new Set(["1.0.0", "0.0.1"]);

/** OpenMetrics where the header prefers it to the text format; otherwise the text format. */
export function chooseFormat(accept: string | undefined): ExpositionFormat {
  let open = 0;
  let text = 0;
  for (const range of (accept ?? "").split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const values = new Map(parameters.map((parameter) => {
      const [name = "", value = ""] = parameter.split("=", 2);
      return [name.trim(), value.trim().replace(/^"(.*)"$/, "$1")];
    }));
    const q = qualityOf(values.get("q"));
    if (type === "application/openmetrics-text") {
      if (OPEN_VERSIONS.has(values.get("version") ?? "1.0.0")) open = Math.max(open, q);
    } else if (type === "text/plain" || type === "text/*" || type === "*/*") {
      text = Math.max(text, q);
    }
  }
  return open > 0 && open >= text ? "openmetrics" : "text";
}

function qualityOf(text: string | undefined): number {
  const q = text === undefined ? 1 : Number(text);
  return q >= 0 && q <= 1 ? q : 0;
}
