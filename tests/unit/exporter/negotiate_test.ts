import { assertEquals } from "@std/assert";
import { chooseFormat } from "../../../src/exporter/negotiate.ts";

const CASES: readonly (readonly [accept: string | undefined, format: "text" | "openmetrics"])[] = [
  [undefined, "text"],
  ["", "text"],
  ["*/*", "text"],
  ["text/plain", "text"],
  ["application/openmetrics-text", "openmetrics"],
  // Prometheus 2.42 and 3.
  [
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75," +
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "openmetrics",
  ],
  [
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
    "openmetrics",
  ],
  ["application/openmetrics-text;version=2.0.0", "text"],
  ["application/openmetrics-text;q=0", "text"],
  ["text/plain;q=0.9, application/openmetrics-text;q=0.1", "text"],
  ['APPLICATION/OPENMETRICS-TEXT; Version="1.0.0"', "openmetrics"],
  ["application/openmetrics-text;q=x", "text"],
  [",,;;,=;q", "text"],
];

Deno.test("negotiation: OpenMetrics only where it is preferred", () => {
  for (const [accept, format] of CASES) assertEquals(chooseFormat(accept), format, accept);
});
