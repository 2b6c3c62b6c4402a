/**
 * Scans networks and prints each host that answers, with the offset of its clock.
 *
 * `deno run --allow-ffi examples/answering_hosts.ts 10.0.0.0/24...`, as root or with CAP_NET_RAW.
 */

// deno-lint-ignore-file no-console -- an example prints

import { scan } from "icmptime";

for await (const found of scan(Deno.args, { cooldownMs: 1000 })) {
  if (found.kind === "reply" && found.isNew) {
    const { address, offset } = found;
    console.log(offset === undefined ? address : `${address} ${offset.valueMs.toFixed(1)} ms`);
  } else if (found.kind === "end") {
    console.log(`${found.hostsAnswered} of ${found.hosts} hosts answered (${found.reason})`);
    if (!found.isWhole) console.log("some answers may be missing");
  }
}
