/**
 * Prints the ICMP messages of a pcap or pcapng file.
 *
 * `deno run --allow-read examples/read_capture.ts FILE`.
 */

// deno-lint-ignore-file no-console -- an example prints

import { decode, formatAddress } from "icmptime";

const [path = "capture.pcap"] = Deno.args;
const file = await Deno.open(path);
for await (const packet of decode(file.readable)) {
  if (packet.kind === "malformed") {
    console.log(`${packet.frame}: malformed: ${packet.malformed.reason}`);
    continue;
  }
  const { frame, header, message } = packet;
  const route = header === undefined
    ? ""
    : `${formatAddress(header.source)} > ${formatAddress(header.destination)} `;
  console.log(`${frame}: ${route}${message?.kind ?? "cut short"}`);
}
