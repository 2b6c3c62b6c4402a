/**
 * Classic BPF programs for packet sockets (SOCK_DGRAM: they see a packet from its IPv4 header on): what may answer a sweep,
 * as it comes from the wire, before this machine's own firewall, connection tracking and reverse path filter.
 *
 * A raw ICMP socket receives what passed all of these, reassembled and checked. So these programs ask for what the kernel
 * would have asked: a packet to this machine and to an address of ours, IPv4 and ICMP, no fragment.
 */

import {
  ARPHRD_LOOPBACK,
  ETH_P_IP,
  PACKET_MULTICAST,
  SKF_AD_HATYPE,
  SKF_AD_OFF,
  SKF_AD_PKTTYPE,
  SKF_AD_PROTOCOL,
  SKF_AD_VLAN_TAG_PRESENT,
} from "../linux/packet_constants.ts";
import { BPF, type FilterInstruction, icmpReplyFilter } from "../linux/packet_filter.ts";

/** Offsets in the IPv4 header (RFC 791 §3.1), and of the ICMP type behind a header without options. */
const IP = {
  versionAndLength: 0,
  totalLength: 2,
  fragment: 6,
  protocol: 9,
  source: 12,
  destination: 16,
  icmpType: 20,
  icmpIdentifier: 24,
} as const;
const MORE_FRAGMENTS_AND_OFFSET = 0x3fff;
const ICMP = 1, ECHO_REPLY = 0, TIMESTAMP_REPLY = 14;
/** Replies to timestamp requests, and to the echo requests of a sweep, which are as long. */
const REPLY_DATAGRAM_BYTES = 40;
/** Version 4, a header of five words. */
const PLAIN_HEADER = 0x45, PLAIN_HEADER_BYTES = 20;
/** Where the first octet of a source puts it out of the question (RFC 1122 §3.2.1.3). */
const THIS_NETWORK = 0, LOOPBACK = 127, HIGHEST_UNICAST = 223;

/** An instruction, or a comparison that drops the packet when it does (`true`) or does not (`false`) hold. */
type Step = FilterInstruction & { readonly dropsWhen?: boolean };

function dropUnless(code: number, k: number): Step {
  return { code, k, dropsWhen: false };
}

function dropIf(code: number, k: number): Step {
  return { code, k, dropsWhen: true };
}

/** Loads what the kernel knows about a packet beside its octets, SKF_AD_*. */
function loadFact(fact: number): Step {
  return { code: BPF.loadWord, k: (SKF_AD_OFF + fact) >>> 0 };
}

/** Goes on only when A is one of `values`, at least one and at most 255. */
function dropUnlessOneOf(values: readonly number[]): Step[] {
  return values.map((k, index) => {
    const left = values.length - 1 - index;
    return left === 0 ? dropUnless(BPF.jumpEqual, k) : { code: BPF.jumpEqual, k, jumpTrue: left };
  });
}

/** Puts steps before a program whose last instruction drops the packet, and lets them jump there. */
function assemble(
  steps: readonly Step[],
  program: readonly FilterInstruction[],
): FilterInstruction[] {
  const drop = steps.length + program.length - 1;
  const resolved = steps.map(({ dropsWhen, ...instruction }, index) => {
    const distance = drop - index - 1;
    if (dropsWhen === undefined) return instruction;
    return { ...instruction, [dropsWhen ? "jumpTrue" : "jumpFalse"]: distance };
  });
  return [...resolved, ...program];
}

/** ICMP over IPv4, whole, for this machine and one of `destinations`. */
function icmpTo(destinations: readonly number[]): Step[] {
  return [
    // Neither what others receive nor what we send ourselves.
    loadFact(SKF_AD_PKTTYPE),
    dropIf(BPF.jumpGreater, PACKET_MULTICAST),
    { code: BPF.loadByte, k: IP.protocol },
    dropUnless(BPF.jumpEqual, ICMP),
    { code: BPF.loadHalf, k: IP.fragment },
    dropIf(BPF.jumpSet, MORE_FRAGMENTS_AND_OFFSET),
    { code: BPF.loadWord, k: IP.destination },
    ...dropUnlessOneOf(destinations),
  ];
}

/**
 * Accepts what may answer probes that were sent from `sources`: replies to that message, and ICMP errors that quote a request.
 *
 * @param sources addresses of this machine, 1 to 64 unsigned 32-bit numbers
 */
export function wireReplyFilter(
  sources: readonly number[],
  message: "timestamp" | "echo" = "timestamp",
): FilterInstruction[] {
  return assemble(icmpTo(sources), icmpReplyFilter(message));
}

/**
 * Accepts only timestamp replies to this machine with one of these identifiers, under a header without options that is right.
 *
 * @param destinations addresses of this machine, 1 to 64 unsigned 32-bit numbers
 * @param identifiers 1 to 64 ICMP identifiers
 */
export function identifiedReplyFilter(
  destinations: readonly number[],
  identifiers: readonly number[],
): FilterInstruction[] {
  const steps: Step[] = [
    loadFact(SKF_AD_PROTOCOL),
    dropUnless(BPF.jumpEqual, ETH_P_IP),
    ...icmpTo(destinations),
    { code: BPF.loadByte, k: IP.versionAndLength },
    dropUnless(BPF.jumpEqual, PLAIN_HEADER),
    { code: BPF.loadByte, k: IP.icmpType },
    dropUnless(BPF.jumpEqual, TIMESTAMP_REPLY),
    { code: BPF.loadHalf, k: IP.icmpIdentifier },
    ...dropUnlessOneOf(identifiers),
    ...sumHeader(),
    dropUnless(BPF.jumpEqual, 0xffff),
  ];
  return assemble(steps, [{ code: BPF.accept, k: 1 }, { code: BPF.accept, k: 0 }]);
}

/**
 * Accepts only replies to that message that a raw ICMP socket would receive as well if nothing on this machine kept them from it: right
 * length, right header checksum, a source that may be one. For a socket that sees every Ethernet type (ETH_P_ALL) too.
 *
 * @param destinations addresses of this machine, 1 to 64 unsigned 32-bit numbers
 */
export function deliverableReplyFilter(
  destinations: readonly number[],
  message: "timestamp" | "echo" = "timestamp",
): FilterInstruction[] {
  const ownSource = destinations.map((k) => dropIf(BPF.jumpEqual, k));
  const sourceSteps: Step[] = [
    { code: BPF.loadByte, k: IP.source },
    dropIf(BPF.jumpEqual, THIS_NETWORK),
    dropIf(BPF.jumpEqual, LOOPBACK),
    dropIf(BPF.jumpGreater, HIGHEST_UNICAST),
    { code: BPF.loadWord, k: IP.source },
    ...ownSource,
  ];
  const steps: Step[] = [
    loadFact(SKF_AD_PROTOCOL),
    dropUnless(BPF.jumpEqual, ETH_P_IP),
    // A frame of a VLAN comes again, by the interface of that VLAN, if there is one.
    loadFact(SKF_AD_VLAN_TAG_PRESENT),
    dropUnless(BPF.jumpEqual, 0),
    ...icmpTo(destinations),
    { code: BPF.loadByte, k: IP.versionAndLength },
    dropUnless(BPF.jumpEqual, PLAIN_HEADER),
    { code: BPF.loadHalf, k: IP.totalLength },
    dropUnless(BPF.jumpEqual, REPLY_DATAGRAM_BYTES),
    { code: BPF.loadByte, k: IP.icmpType },
    dropUnless(BPF.jumpEqual, message === "echo" ? ECHO_REPLY : TIMESTAMP_REPLY),
    // On the loopback interface such sources are right.
    loadFact(SKF_AD_HATYPE),
    { code: BPF.jumpEqual, k: ARPHRD_LOOPBACK, jumpTrue: sourceSteps.length },
    ...sourceSteps,
    ...sumHeader(),
    dropUnless(BPF.jumpEqual, 0xffff),
    // An octet that is not there drops the packet.
    { code: BPF.loadByte, k: REPLY_DATAGRAM_BYTES - 1 },
  ];
  return assemble(steps, [{ code: BPF.accept, k: 1 }, { code: BPF.accept, k: 0 }]);
}

/** A ← ones' complement sum of a header without options (RFC 1071), folded once: 0xffff when its checksum is right. */
function sumHeader(): Step[] {
  const steps: Step[] = [{ code: BPF.loadHalf, k: 0 }];
  for (let offset = 2; offset < PLAIN_HEADER_BYTES; offset += 2) {
    steps.push(
      { code: BPF.toIndex, k: 0 },
      { code: BPF.loadHalf, k: offset },
      { code: BPF.addIndex, k: 0 },
    );
  }
  // Ten words: what is carried is at most nine, so the sum that is folded once cannot need it again and be 0xffff.
  return [
    ...steps,
    { code: BPF.store, k: 0 },
    { code: BPF.shiftRight, k: 16 },
    { code: BPF.toIndex, k: 0 },
    { code: BPF.load, k: 0 },
    { code: BPF.and, k: 0xffff },
    { code: BPF.addIndex, k: 0 },
  ];
}
