/**
 * Asks hosts some times and says of each how long the way out and the way back take, as far as the two clocks
 * allow to tell.
 *
 * `deno run --allow-ffi examples/delay_directions.ts HOST...`, as root or with CAP_NET_RAW.
 */

// deno-lint-ignore-file no-console -- an example prints

import { formatAddress, ping } from "icmptime";

for await (const outcome of ping(Deno.args, { count: 3, intervalMs: 100, timeoutMs: 500 })) {
  switch (outcome.kind) {
    case "reply": {
      const { probe, reply } = outcome;
      const { out, back, offset } = reply.measurement ?? {};
      const rtt = `${probe.target.label}: ${(reply.rttNs / 1e6).toFixed(3)} ms there and back`;
      if (out === undefined || back === undefined || offset === undefined) {
        console.log(`${rtt}, its clock tells nothing (${reply.flags.join(", ")})`);
      } else {
        console.log(
          `${rtt}, out ${out.lowerMs.toFixed(1)} to ${out.upperMs.toFixed(1)} ms, ` +
            `back ${back.lowerMs.toFixed(1)} to ${back.upperMs.toFixed(1)} ms, ` +
            `its clock is ${offset.lowerMs.toFixed(1)} to ${offset.upperMs.toFixed(1)} ms ahead`,
        );
      }
      break;
    }
    case "icmpError":
      console.log(
        `${outcome.probe.target.label}: ${outcome.error.name}, says ${
          formatAddress(outcome.reporter)
        }`,
      );
      break;
    case "timedOut":
      console.log(`${outcome.probe.target.label}: no answer`);
      break;
    case "unsent":
      console.log(`${outcome.target.label}: ${outcome.error.message}`);
      break;
  }
}
