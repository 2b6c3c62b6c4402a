/** The labels of a host's behaviour: the one table from which classification, output and docs/behaviours.md follow. */

/** Where the name of a label comes from, and who is known to behave so. */
export interface LabelInfo {
  /** What it means, one sentence. */
  readonly meaning: string;
  /** How it is decided, one sentence. */
  readonly rule: string;
  /** Who is known to do it, with the source; undefined where that is not known. */
  readonly seenIn?: string | undefined;
  /** No time can be read from its timestamps. */
  readonly showsNoTime?: true | undefined;
  /** A host that is as it should be may do it: not worth a look. */
  readonly isUsual?: true | undefined;
}

const SUNDIAL = "Rye and Beverly, PAM 2019";

/** All labels by name. */
export const LABELS = {
  normal: {
    meaning: "Receive and transmit timestamps are taken separately.",
    rule: "Receive and transmit differ in at least one reply.",
    seenIn: SUNDIAL,
    isUsual: true,
  },
  lazy: {
    meaning: "One timestamp is used for receive and transmit.",
    rule: "Receive equals transmit in every reply, and the timestamps advance.",
    seenIn: `Linux, always (measured on 6.18); ${SUNDIAL}`,
    isUsual: true,
  },
  "checksum-lazy": {
    meaning: "Requests with a wrong ICMP checksum are answered.",
    rule: "The bad-checksum probe was answered at least once.",
    seenIn: SUNDIAL,
    isUsual: true,
  },
  stuck: {
    meaning: "The timestamps stand still.",
    rule:
      "The same timestamps in all replies over more than 1.5 s, and none of the constants below.",
    seenIn: SUNDIAL,
    showsNoTime: true,
  },
  "constant-zero": {
    meaning: "Receive and transmit are 0.",
    rule: "Both are 0 in all replies, also where the request carried other numbers.",
    seenIn: SUNDIAL,
    showsNoTime: true,
  },
  "constant-one": {
    meaning: "Receive and transmit are 1.",
    rule: "Both are 1 in all replies.",
    seenIn: SUNDIAL,
    showsNoTime: true,
  },
  "constant-little-endian-one": {
    meaning: "Receive and transmit are 1 in little-endian order (0x01000000).",
    rule: "Both are 16777216 in all replies.",
    seenIn: SUNDIAL,
    showsNoTime: true,
  },
  reflection: {
    meaning: "The request is returned with its own receive and transmit timestamps.",
    rule:
      "Receive and transmit equal those of the request in all replies, one of them to a probe with numbers there.",
    seenIn: SUNDIAL,
    showsNoTime: true,
  },
  "originate-echo": {
    meaning: "Receive and transmit are copies of the request's originate timestamp.",
    rule:
      "Both equal it in all replies, one of them to a probe whose originate is far from the time of day.",
    seenIn: SUNDIAL,
    showsNoTime: true,
  },
  "high-bit": {
    meaning:
      "The high-order bit is set, which RFC 792 reserves for non-standard values, and the rest is the time of day.",
    rule: "The timestamps without the bit are right within 15 minutes, or as a local time.",
    seenIn: SUNDIAL,
  },
  "high-bit-odd": {
    meaning: "The high-order bit is set and the rest is not the time of day.",
    rule:
      "The timestamps without the bit advance like a clock but are further off than 15 minutes.",
    seenIn: SUNDIAL,
  },
  "time-zone": {
    meaning: "Probably local time instead of UTC.",
    rule: "The offset is within 10 s of an offset from UTC that is in civil use.",
    seenIn: SUNDIAL,
  },
  "unix-seconds": {
    meaning: "Unix time in seconds.",
    rule: "Read so, the timestamps advance like a clock and are right within a year.",
    seenIn: SUNDIAL,
  },
  "unix-ms": {
    meaning: "Unix time in milliseconds, modulo 2^32.",
    rule: "Read so, the timestamps advance like a clock and are right within 15 minutes.",
  },
  "seconds-of-day": {
    meaning: "Seconds since midnight instead of milliseconds.",
    rule: "Read so, the timestamps advance like a clock.",
  },
  "little-endian": {
    meaning: "The octets are in the opposite order.",
    rule: "Read so, the timestamps advance like a clock; in network order they do not.",
    seenIn: `classic Windows; ${SUNDIAL}`,
  },
  "halves-swapped": {
    meaning: "Only the low 16 bits of the time are sent, in the high half.",
    rule:
      "The low 16 bits are 0 in all replies and the high 16 bits advance as those of the time of day.",
    seenIn: `htons() where htonl() was meant; ${SUNDIAL}`,
    showsNoTime: true,
  },
  uptime: {
    meaning: "Milliseconds from a moment of its own, such as the start of the host.",
    rule: "The timestamps advance 1000 a second, and no reading of them is a time of day.",
    showsNoTime: true,
  },
  "coarse-tick": {
    meaning: "The clock advances in steps of more than a millisecond.",
    rule:
      "All of at least 8 timestamps lie on the grid of one tick, which those of a finer clock would do less than once in ten million.",
    seenIn: "RFC 1122 allows 15 updates a second",
  },
  random: {
    meaning: "The timestamps change but do not advance like a clock.",
    rule: "At least 4 replies, and no reading of them keeps time.",
    showsNoTime: true,
  },
  "wrong-checksum": {
    meaning: "Replies have a wrong ICMP checksum; their timestamps are not used.",
    rule: "At least one reply has one.",
  },
  "originate-tampered": {
    meaning: "The originate timestamp was changed, by the host or on the path.",
    rule:
      "A reply with the identifier and sequence number of our probe carries another originate timestamp.",
  },
  "transmit-before-receive": {
    meaning: "The transmit timestamp is earlier than the receive timestamp.",
    rule: "By more than a tick, in at least one reply.",
  },
  "answers-odd-code": {
    meaning: "Requests with an ICMP code other than 0 are answered.",
    rule: "The odd-code probe was answered at least once.",
    seenIn: "Linux (measured on 6.18), with code 0",
    isUsual: true,
  },
  "truncates-long": {
    meaning: "Octets after the message are not returned.",
    rule: "A request of more than 20 octets was answered with 20.",
    seenIn: "Linux (measured on 6.18)",
    isUsual: true,
  },
  "echoes-long": {
    meaning: "Octets after the message are returned.",
    rule: "A request of more than 20 octets was answered with as many.",
    isUsual: true,
  },
  "copies-tos": {
    meaning: "The type of service of the request is used for the reply.",
    rule: "A request with a type of service other than 0 was answered with the same.",
    seenIn: "Linux (measured on 6.18)",
    isUsual: true,
  },
  undecided: {
    meaning: "Too few answers to say how its timestamps count.",
    rule:
      "Fewer than two usable answers, or less than 1.5 s between them, or two readings fit as well.",
  },
} as const satisfies Readonly<Record<string, LabelInfo>>;

/** Name of a label. */
export type Label = keyof typeof LABELS;

/** Whether a word is a label that hosts have which are as they should be. */
export function isUsualLabel(word: string): boolean {
  const labels: Readonly<Record<string, LabelInfo>> = LABELS;
  return Object.hasOwn(labels, word) && labels[word]?.isUsual === true;
}

/** A label of one host, with its evidence. */
export interface LabelFinding {
  /** Key of {@linkcode LABELS}. */
  readonly label: Label;
  /** Number of answers that show it. */
  readonly count: number;
  /** Number of answers that could have shown it. */
  readonly of: number;
  /** An example from the answers, in words; undefined for none. */
  readonly detail?: string | undefined;
}
