/** docs/packets.md: one exchange, octet by octet, by the program's own printers. */

import { measureTimestamp } from "../src/measurement/timestamp.ts";
import { annotateDatagram } from "../src/packet/annotate.ts";
import { formatAnnotated } from "../src/packet/annotated_table.ts";
import { foldSum, sumWords } from "../src/packet/checksum.ts";
import { emitDatagram, parseDatagram } from "../src/packet/datagram.ts";
import { formatDatagram } from "../src/packet/one_line.ts";
import { readU16 } from "../src/packet/octets.ts";
import { formatStamp } from "../src/packet/stamp.ts";
import { msOfDay } from "../src/time/day.ts";
import type { Instant } from "../src/time/instant.ts";
import { table } from "./markdown_table.ts";

const CLIENT = 0xc0000201;
const HOST = 0xc0000207;
const IDENTITY = { identifier: 0x9cab, sequence: 7 } as const;
const ORIGINATE_MS = 42_694_656;
/** The host got the request 21 ms later by its own clock. */
const REMOTE_MS = ORIGINATE_MS + 21;
const NS_PER_MS = 1e6;
const MESSAGE_START = 20;

/** When the request left and the reply came, by our clock, in nanoseconds of the day. */
const SENT_NS = ORIGINATE_MS * NS_PER_MS + 789_012;
const RECEIVED_NS = (ORIGINATE_MS + 27) * NS_PER_MS + 345_678;

const REQUEST = emitDatagram({
  header: { source: CLIENT, destination: HOST, ttl: 64, identification: 0x4d2 },
  message: { kind: "timestamp-request", ...IDENTITY, originateMs: ORIGINATE_MS },
});
const REPLY = emitDatagram({
  header: { source: HOST, destination: CLIENT, ttl: 57, identification: 0x929 },
  message: {
    kind: "timestamp-reply",
    ...IDENTITY,
    originateMs: ORIGINATE_MS,
    receiveMs: REMOTE_MS,
    transmitMs: REMOTE_MS,
  },
});

/** The text of docs/packets.md. */
export function formatPacketTutorial(): string {
  return [
    INTRODUCTION,
    "## The question",
    `Forty octets leave for 192.0.2.7. ${SHOW}`,
    fence(`$ icmptime decode ${REQUEST.toHex()}\n${decode(REQUEST)}`),
    `${HEADER} ${QUESTION}`,
    "### Its checksum",
    CHECKSUM,
    checksumTable(REQUEST),
    checksumSentence(REQUEST),
    "## The answer",
    ANSWER,
    fence(`$ icmptime decode ${REPLY.toHex()}\n${decode(REPLY)}`),
    `The time to live was 64, or more, when it left, and each router took one off: 57 says that it passed 7 routers, if it began at 64.`,
    "## Four times, and what they show",
    ...timesOf(),
    "## Try it",
    TRY,
  ].join("\n\n") + "\n";
}

function fence(text: string): string {
  return "```text\n" + text + "\n```";
}

/** As `icmptime decode` prints it. */
function decode(bytes: Uint8Array): string {
  const parsed = parseDatagram(bytes);
  if (!parsed.ok) throw new Error(parsed.malformed.reason);
  return `${formatDatagram(parsed.value)}\n${formatAnnotated(annotateDatagram(bytes))}`;
}

/** The 16-bit words of the message, without its checksum, as they are added up. */
function checksumTable(datagram: Uint8Array): string {
  const message = datagram.slice(MESSAGE_START);
  message.fill(0, 2, 4);
  const rows: string[][] = [];
  let sum = 0;
  for (let at = 0; at < message.length; at += 2) {
    const word = readU16(message, at);
    if (word === 0) continue;
    sum += word;
    rows.push([String(MESSAGE_START + at), hex(word), `0x${sum.toString(16)}`]);
  }
  return table(["offset", "word", "sum"], rows);
}

function checksumSentence(datagram: Uint8Array): string {
  const message = datagram.slice(MESSAGE_START);
  const carried = readU16(message, 2);
  message.fill(0, 2, 4);
  const sum = sumWords(message, 0, message.length);
  const folded = foldSum(sum);
  return `What is above 16 bits is added to the rest (0x${sum.toString(16)} becomes ${
    hex(folded)
  }), and all bits are inverted: ${hex(folded ^ 0xffff)}, which stands at offset 22. ` +
    `The receiver adds up the message with its checksum (${
      hex(carried)
    }) and gets 0xffff if nothing has changed.`;
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(4, "0")}`;
}

/** The arithmetic of a reply, by the code that does it. */
function timesOf(): string[] {
  const instant = (realtimeNs: number): Instant => ({
    realtimeNs,
    monotonicNs: realtimeNs,
    source: "kernel",
  });
  const measured = measureTimestamp({
    sentAt: instant(SENT_NS),
    receivedAt: instant(RECEIVED_NS),
    originateMs: ORIGINATE_MS,
    reply: { originateMs: ORIGINATE_MS, receiveMs: REMOTE_MS, transmitMs: REMOTE_MS },
    tickMs: 1,
  });
  const { rttNs, offset } = measured;
  if (offset === undefined) throw new Error("the exchange gives no offset");
  const [sent, received] = [SENT_NS, RECEIVED_NS].map((ns) => ns / NS_PER_MS);
  const ms = (value: number) => value.toFixed(3);
  return [
    TIMES,
    table(["moment", "clock", "time"], [
      ["the request leaves (t1)", "ours, to the nanosecond", clockTime(SENT_NS)],
      ["it arrives (R)", "theirs, a whole millisecond", formatStamp(REMOTE_MS)],
      ["the reply leaves (X)", "theirs, a whole millisecond", formatStamp(REMOTE_MS)],
      ["it arrives (t4)", "ours, to the nanosecond", clockTime(RECEIVED_NS)],
    ]),
    `The round trip needs our clock alone: t4 − t1 = ${ms(rttNs / NS_PER_MS)} ms. ` +
    "Their clock minus ours, the offset, is bounded by two facts:",
    `- The request arrived after it had left. When it did, their clock showed less than R + 1 ms, and ours more than t1: the ` +
    `offset is less than R + 1 − t1 = ${ms(REMOTE_MS + 1 - (sent ?? 0))} ms.\n` +
    `- The reply left before it arrived. When it did, their clock showed X or more, and ours less than t4: the offset is at ` +
    `least X − t4 = ${ms(REMOTE_MS - (received ?? 0))} ms.`,
    `So their clock is between ${ms(offset.lowerMs)} and ${
      ms(offset.upperMs)
    } ms ahead of ours, and \`icmptime\` prints the middle, ` +
    `${
      ms(offset.valueMs)
    } ms, with that bound. No assumption is made about how long either direction took. More probes ` +
    "narrow the interval, as [the method](method.md) explains.",
  ];
}

function clockTime(ns: number): string {
  const whole = Math.floor(ns / NS_PER_MS);
  return formatStamp(msOfDay(whole * NS_PER_MS)) +
    String(ns - whole * NS_PER_MS).padStart(6, "0");
}

const INTRODUCTION = `# What a packet is made of

One ICMP Timestamp exchange (RFC 792, page 16), octet by octet. Made by \`deno task docs\` with the printers of the program; a test
compares. \`icmptime ping --explain HOST\` and \`icmptime decode --teach FILE\` print the same tables of your own packets.`;

const SHOW =
  "Each line below is a field: its offset from the start of the datagram, its octets, and what they mean.";

const HEADER =
  "The first twenty octets are the IPv4 header (RFC 791). Every router on the way reads it, takes one off the time to live and renews the header checksum.";

const QUESTION =
  "The rest is the question: type 13, numbers by which the sender knows the answer to be its own, and its time of day in " +
  "milliseconds since midnight UT. The two other timestamps are places that the host fills in.";

const CHECKSUM =
  "The checksum is the Internet checksum (RFC 1071): the message is read as 16-bit numbers, with 0 for the checksum, and these are added up.";

const ANSWER =
  "The host turns the addresses round, makes the type 14, leaves numbers and originate timestamp as they are, and writes when " +
  "the request came and when the reply left. Many systems read their clock once for both, Linux always.";

const TIMES =
  "The kernel notes when the request leaves and when the reply comes. With the two timestamps of the host that is:";

const TRY =
  `- \`icmptime ping --explain -c 1 HOST\` prints these tables of a question of your own and its answer.
- \`icmptime ping --write exchange.pcapng HOST\` keeps the packets; \`icmptime decode exchange.pcapng\` and Wireshark read them.
- \`icmptime decode ${ORIGINATE_MS}\` says what a number from a screen means.
- \`icmptime decode -\` reads what \`tcpdump -x\`, \`xxd\` or Wireshark's "copy as hex" gives.`;
