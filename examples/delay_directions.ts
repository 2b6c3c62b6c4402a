/**
 * Probes hosts some times and prints how long each direction takes, as far as the two clocks allow.
 *
 * `deno run --allow-ffi examples/delay_directions.ts HOST...`, as root or with CAP_NET_RAW.
 */

// deno-lint-ignore-file no-console -- an example prints

import { type BoundedMs, ping } from "icmptime";

const range = ({ lowerMs, upperMs }: BoundedMs) => `${lowerMs.toFixed(1)} to ${upperMs.toFixed(1)}`;

for await (const outcome of ping(Deno.args, { count: 3, intervalMs: 100, timeoutMs: 500 })) {
  const { target } = outcome;
  switch (outcome.kind) {
    case "reply": {
      const { rttMs, measurement, flags } = outcome;
      const rtt = `${target}: ${rttMs.toFixed(3)} ms there and back`;
      const { out, back, offset } = measurement ?? {};
      if (out === undefined || back === undefined || offset === undefined) {
        console.log(`${rtt}, its timestamps cannot be used (${flags.join(", ")})`);
      } else {
        const directions = `out ${range(out)} ms, back ${range(back)} ms`;
        console.log(`${rtt}, ${directions}, its clock is ${range(offset)} ms ahead`);
      }
      break;
    }
    case "icmpError":
      console.log(`${target}: ${outcome.name}, reported by ${outcome.reporter}`);
      break;
    case "timedOut":
      console.log(`${target}: no answer`);
      break;
    case "unsent":
      console.log(`${target}: ${outcome.error.message}`);
      break;
  }
}
