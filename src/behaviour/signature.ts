/**
 * Which system a host may run, by how it treats timestamp requests.
 *
 * A stack either writes a new reply or turns the request round, and that shows: in the length, the code and the type of service
 * of the reply. The rows follow from the sources of those stacks or from measurement. Many systems share a stack, a router on the path can
 * change much of it, and a signature is easily imitated: what is found is only likely.
 */

import type { HostAnswer, HostEvidence, Question } from "./answer.ts";

/** What of a host is compared; a property that its answers do not show is undefined. */
export interface Traits {
  /** Time to live with which it sends: the next of 32, 64, 128 and 255 above that of its replies. */
  readonly initialTtl?: 32 | 64 | 128 | 255 | undefined;
  /** Whether receive and transmit are one timestamp. */
  readonly isLazy?: boolean | undefined;
  /** How its timestamps count: as RFC 792 asks, so but in the opposite octet order, or in any other way. */
  readonly counting?: "standard" | "little-endian" | "other" | undefined;
  /** Whether its clock has a tick of more than a millisecond. */
  readonly isCoarse?: boolean | undefined;
  /** Code of the reply to a request with another code; `none` for no reply. */
  readonly oddCode?: "zero" | "same" | "none" | undefined;
  /** Whether octets after the message come back. */
  readonly long?: "cut" | "echoed" | "none" | undefined;
  /** Whether the type of service comes back. */
  readonly copiesTos?: boolean | undefined;
  /** Whether a request with a wrong checksum is answered. */
  readonly answersBadChecksum?: boolean | undefined;
  /** The don't-fragment bit of the replies to requests without it. */
  readonly hasDontFragment?: boolean | undefined;
  /** How the identification goes on from reply to reply. */
  readonly identification?: "zero" | "counter" | "random" | undefined;
}

/** A row of the table. */
export interface Signature {
  /** Name of the system. */
  readonly system: string;
  /** Where that is written, or how it was measured. */
  readonly source: string;
  /** What it shows. */
  readonly traits: Traits;
}

/** A stack that turns the request round in its own buffer, as 4.4BSD did: the code, the length and the header stay. */
const TURNED_ROUND: Traits = {
  isLazy: true,
  oddCode: "same",
  long: "echoed",
  copiesTos: true,
  answersBadChecksum: false,
};

/** The known systems. Those that answer alike stand beside each other in what is found. */
export const SIGNATURES: readonly Signature[] = [
  {
    system: "Linux",
    source: "measured on 6.18; icmp_timestamp() and icmp_reply() in net/ipv4/icmp.c",
    traits: {
      initialTtl: 64,
      isLazy: true,
      counting: "standard",
      isCoarse: false,
      oddCode: "zero",
      long: "cut",
      copiesTos: true,
      answersBadChecksum: false,
      hasDontFragment: false,
      identification: "counter",
    },
  },
  {
    system: "FreeBSD",
    source: "icmp_input() and icmp_reflect() in sys/netinet/ip_icmp.c, with net.inet.ip.ttl at 64",
    traits: { ...TURNED_ROUND, initialTtl: 64, counting: "standard" },
  },
  {
    system: "macOS",
    source: "icmp_reflect() in xnu, bsd/netinet/ip_icmp.c; only with net.inet.icmp.timestamp set",
    traits: { ...TURNED_ROUND, initialTtl: 64, counting: "standard" },
  },
  {
    system: "NetBSD",
    source: "icmp_reflect() in sys/netinet/ip_icmp.c, which sets MAXTTL",
    traits: { ...TURNED_ROUND, initialTtl: 255, counting: "standard" },
  },
  {
    system: "OpenBSD",
    source: "icmp_reflect() in sys/netinet/ip_icmp.c; ip_output() sets a random identification",
    traits: {
      ...TURNED_ROUND,
      initialTtl: 255,
      counting: "standard",
      identification: "random",
    },
  },
  {
    system: "Solaris or illumos",
    source: "icmp_inbound_v4() and icmp_send_reply_v4() in uts/common/inet/ip/ip.c",
    traits: { ...TURNED_ROUND, initialTtl: 255, counting: "standard" },
  },
  {
    system: "Windows",
    source:
      "little-endian: Rye and Beverly, PAM 2019; TTL 128: O. Arkin, ICMP Usage in Scanning 3.0, 2001",
    traits: { initialTtl: 128, counting: "little-endian" },
  },
];

/** A host that shows fewer of the traits of a signature may be anything. */
const MIN_TRAITS = 5;
/** A question that was sent less often may have been lost every time. */
const MIN_ASKED = 2;
const INITIAL_TTLS = [32, 64, 128, 255] as const;
/** The identification of a counter moves on by less from one reply to the next, modulo 2^16. */
const MAX_COUNTER_STEP = 0x1000;
const MIN_IDENTIFICATIONS = 5;

/** Names of the systems that answer as the host does, joined by `or`; undefined where none or too little is known. */
export function findLikelySystem(traits: Traits): string | undefined {
  const names = SIGNATURES.filter(({ traits: expected }) => {
    const entries = Object.entries(expected) as [keyof Traits, unknown][];
    const known = entries.filter(([name]) => traits[name] !== undefined);
    return known.length >= Math.min(MIN_TRAITS, entries.length) &&
      known.every(([name, value]) => traits[name] === value);
  }).map(({ system }) => system);
  const last = names.pop();
  return names.length === 0 ? last : `${names.join(", ")} or ${last}`;
}

/** What the answers of a host show, and how its clock was read. */
export function readTraits(
  evidence: HostEvidence,
  clock: Pick<Traits, "counting" | "isCoarse">,
): Traits {
  const { answers } = evidence;
  const [first] = answers;
  if (first === undefined) return {};
  const to = (question: Question) => answers.filter((answer) => answer.question === question);
  const isSilent = (question: Question) =>
    to(question).length === 0 && (evidence.asked[question] ?? NaN) >= MIN_ASKED;
  const [code] = to("odd-code"), [long] = to("long"), [service] = to("service");
  return {
    initialTtl: INITIAL_TTLS.find((ttl) => ttl >= Math.max(...answers.map(({ ttl }) => ttl))),
    isLazy: answers.every(({ reply }) => reply.receive === reply.transmit),
    ...clock,
    oddCode: code === undefined
      ? isSilent("odd-code") ? "none" : undefined
      : code.replyCode === 0
      ? "zero"
      : "same",
    long: long === undefined
      ? isSilent("long") ? "none" : undefined
      : long.replyBytes === long.requestBytes
      ? "echoed"
      : "cut",
    copiesTos: service === undefined ? undefined : service.replyTos === service.requestTos,
    answersBadChecksum: to("bad-checksum").length > 0
      ? true
      : isSilent("bad-checksum")
      ? false
      : undefined,
    hasDontFragment: first.hasDontFragment,
    identification: readIdentification(answers),
  };
}

function readIdentification(answers: readonly HostAnswer[]): Traits["identification"] {
  if (answers.length < MIN_IDENTIFICATIONS) return undefined;
  if (answers.every(({ identification }) => identification === 0)) return "zero";
  const isCounter = answers.every(({ identification }, i) => {
    const before = answers[i - 1]?.identification;
    return before === undefined || ((identification - before) & 0xffff) <= MAX_COUNTER_STEP;
  });
  return isCounter ? "counter" : "random";
}
