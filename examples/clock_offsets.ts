/**
 * Measures the clocks of hosts for two seconds and prints their offsets with bounds.
 *
 * `deno run --allow-ffi examples/clock_offsets.ts HOST...`, as root or with CAP_NET_RAW.
 */

// deno-lint-ignore-file no-console -- an example prints

import { clock } from "icmptime";

for await (const report of clock(Deno.args, { count: 20, intervalMs: 100 })) {
  for (const each of report.clocks) {
    if (each.kind === "undecided") {
      console.log(`${each.target}: ${each.reason}`);
      continue;
    }
    const { target, offsetMs, offsetLowerMs, offsetUpperMs } = each;
    const bounds = `from ${offsetLowerMs.toFixed(3)} to ${offsetUpperMs.toFixed(3)} ms`;
    console.log(`${target}: ${offsetMs.toFixed(3)} ms ahead, ${bounds}`);
  }
}
