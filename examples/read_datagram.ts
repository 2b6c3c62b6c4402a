/**
 * Reads an IPv4 datagram from its hexadecimal digits and prints it field by field.
 *
 * `deno run examples/read_datagram.ts 45000028…`: no permission is needed.
 */

// deno-lint-ignore-file no-console -- an example prints

import { annotateDatagram, formatAnnotated, formatDatagram, parseDatagram } from "icmptime";

const digits = Deno.args.join("").match(/[0-9a-f]{2}/gi) ?? [];
const bytes = Uint8Array.from(digits, (pair) => parseInt(pair, 16));
const parsed = parseDatagram(bytes);
if (parsed.ok) {
  console.log(formatDatagram(parsed.value));
  console.log(formatAnnotated(annotateDatagram(bytes)));
} else {
  const { layer, reason, needed, available } = parsed.malformed;
  console.log(`Cannot read it: ${layer}: ${reason}, ${needed} bytes needed, ${available} there`);
}
