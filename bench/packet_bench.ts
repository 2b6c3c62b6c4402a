// One probe out, one reply in: what a sweep pays for every host.

import { annotateDatagram } from "../src/packet/annotate.ts";
import { internetChecksum } from "../src/packet/checksum.ts";
import { emitDatagram, parseDatagram } from "../src/packet/datagram.ts";
import { formatDatagram } from "../src/packet/one_line.ts";
import { ProbeTemplate } from "../src/packet/probe_template.ts";

const PROBE = { destination: 0xc0000207, identifier: 0x1234, sequence: 1, originateMs: 42694656 };
const REPLY_HEADER = { source: 0xc0000207, destination: 0xc0000201 };

const template = new ProbeTemplate({ kind: "timestamp", source: 0xc0000201 });
const target = new Uint8Array(template.lengthBytes);
const reply = emitDatagram({
  header: REPLY_HEADER,
  message: { kind: "timestamp-reply", ...PROBE, receiveMs: 42694657, transmitMs: 42694657 },
});
const refusal = emitDatagram({
  header: REPLY_HEADER,
  message: { kind: "error", type: 3, code: 1, body: template.emit(PROBE).subarray(0, 28) },
});
const fragment = reply.slice();
fragment[6] = 0x20;
const parsedReply = parseDatagram(reply);

Deno.bench("emit a probe into a buffer", { group: "probe", baseline: true }, () => {
  template.emit(PROBE, target);
});

Deno.bench("emit a probe into a new buffer", { group: "probe" }, () => {
  template.emit(PROBE);
});

Deno.bench("parse a timestamp reply", { group: "reply", baseline: true }, () => {
  parseDatagram(reply);
});

Deno.bench("parse host unreachable with its quote", { group: "reply" }, () => {
  parseDatagram(refusal);
});

Deno.bench("refuse a fragment", { group: "reply" }, () => {
  parseDatagram(fragment);
});

Deno.bench("checksum of 40 octets", { group: "text", baseline: true }, () => {
  internetChecksum(reply);
});

Deno.bench("one line", { group: "text" }, () => {
  if (parsedReply.ok) formatDatagram(parsedReply.value);
});

Deno.bench("annotate", { group: "text" }, () => {
  annotateDatagram(reply);
});
