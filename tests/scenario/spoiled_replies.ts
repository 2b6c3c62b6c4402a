/** Replies that are damaged, or that answer no probe of ours. */

import { onProbes, type ScenarioCase } from "../support/scenario_case.ts";

/** Three probes whose sequence numbers are not their indices. */
const THREE = { count: 3, firstSequence: 100 };

/** The second of three probes gets no reply. */
const SECOND_LOST = {
  counts: { sent: 3, received: 2, lost: 1 },
  events: ["0 reply", "1 timedOut", "2 reply"],
};

/** All three replies count. */
const ALL_RECEIVED = { counts: { sent: 3, received: 3 } };

/** The table. */
export const SPOILED_REPLIES: readonly ScenarioCase[] = [
  {
    name: "a wrong ICMP checksum: counted, flagged, not measured",
    network: onProbes([1], { mangling: "bad-checksum" }),
    options: THREE,
    expect: {
      ...ALL_RECEIVED,
      events: ["0 reply", "1 reply [bad-checksum]", "2 reply"],
      strays: {},
    },
  },
  {
    name: "a wrong IPv4 header checksum",
    network: onProbes([1], { mangling: "bad-ip-checksum" }),
    options: THREE,
    expect: {
      ...ALL_RECEIVED,
      events: ["0 reply", "1 reply [bad-ip-checksum]", "2 reply"],
      strays: {},
    },
  },
  {
    name: "an ICMP code that is not 0",
    network: onProbes([1], { mangling: "odd-code" }),
    options: THREE,
    expect: { ...ALL_RECEIVED, events: ["0 reply", "1 reply [odd-code]", "2 reply"], strays: {} },
  },
  {
    name: "IPv4 options",
    network: onProbes([1], { mangling: "ip-options" }),
    options: THREE,
    expect: { ...ALL_RECEIVED, events: ["0 reply", "1 reply [ip-options]", "2 reply"], strays: {} },
  },
  {
    name: "bytes after the message",
    network: onProbes([1], { mangling: "trailing-bytes" }),
    options: THREE,
    expect: {
      ...ALL_RECEIVED,
      events: ["0 reply", "1 reply [trailing-bytes]", "2 reply"],
      strays: {},
    },
  },
  {
    name: "another originate stamp: not measured",
    network: onProbes([1], { mangling: "originate-changed" }),
    options: THREE,
    expect: {
      ...ALL_RECEIVED,
      events: ["0 reply", "1 reply [originate-changed]", "2 reply"],
      strays: {},
    },
  },
  {
    name: "a message that ends too early",
    network: onProbes([1], { mangling: "cut-message" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { malformed: 1 }, strayDetail: "timestamp:" },
  },
  {
    name: "a total length that is not there",
    network: onProbes([1], { mangling: "lying-length" }),
    options: THREE,
    expect: {
      ...SECOND_LOST,
      strays: { malformed: 1 },
      strayDetail: "total length says 80 octets, 40 are here",
    },
  },
  {
    name: "less than an IPv4 header",
    network: onProbes([1], { mangling: "short" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { malformed: 1 }, strayDetail: "ipv4:" },
  },
  {
    name: "no bytes at all",
    network: onProbes([1], { mangling: "empty" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { malformed: 1 }, strayDetail: "ipv4:" },
  },
  {
    name: "the first fragment",
    network: onProbes([1], { mangling: "fragment-first" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { malformed: 1 }, strayDetail: "a fragment at offset 0" },
  },
  {
    name: "the last fragment",
    network: onProbes([1], { mangling: "fragment-last" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { malformed: 1 }, strayDetail: "a fragment at offset 8" },
  },
  {
    name: "another protocol",
    network: onProbes([1], { mangling: "other-protocol" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { malformed: 1 }, strayDetail: "not 1 (ICMP)" },
  },
  {
    name: "another IP version",
    network: onProbes([1], { mangling: "ipv6" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { malformed: 1 }, strayDetail: "ipv4:" },
  },
  {
    name: "longer than the receive buffer",
    network: onProbes([1], { mangling: "oversize" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { truncated: 1 }, strayDetail: "4040 octets" },
  },
  {
    name: "from another address",
    network: onProbes([1], { mangling: "wrong-source" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { unmatched: 1 }, strayDetail: "no probe of ours" },
  },
  {
    name: "with another identifier",
    network: onProbes([1], { mangling: "wrong-identifier" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { foreign: 1 }, strayDetail: "identifier" },
  },
  {
    name: "with a stale sequence",
    network: onProbes([1], { mangling: "stale-sequence" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { unmatched: 1 }, strayDetail: "no probe of ours" },
  },
  {
    name: "with a sequence that is not sent yet",
    network: onProbes([1], { mangling: "future-sequence" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { unmatched: 1 }, strayDetail: "no probe of ours" },
  },
  {
    name: "with the damaged sequence of another probe",
    network: onProbes([1], { mangling: "flipped-sequence" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { unmatched: 1 }, strayDetail: "damaged sequence" },
  },
  {
    name: "an echo reply with our identifier and sequence",
    network: onProbes([1], { mangling: "echo-reply" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { foreign: 1 } },
  },
  {
    name: "our own request come back",
    network: onProbes([1], { mangling: "timestamp-request" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { foreign: 1 } },
  },
  {
    name: "another kind of message",
    network: onProbes([1], { mangling: "router-advertisement" }),
    options: THREE,
    expect: { ...SECOND_LOST, strays: { foreign: 1 } },
  },
  {
    name: "forged replies beside the true ones change nothing",
    network: {
      strays: [
        "wrong-source",
        "wrong-identifier",
        "stale-sequence",
        "future-sequence",
        "echo-reply",
        "timestamp-request",
        "short",
        "empty",
        "lying-length",
        "fragment-last",
      ],
    },
    options: { count: 5, firstSequence: 100 },
    expect: {
      counts: { sent: 5, received: 5 },
      flags: "none",
      strays: { unmatched: 15, foreign: 15, malformed: 20 },
    },
  },
  {
    name: "echo: a changed payload is flagged",
    network: onProbes([1], { mangling: "cut-message" }),
    options: { kind: "echo", count: 3 },
    expect: { events: ["0 reply", "1 reply [payload-changed]", "2 reply"] },
  },
  {
    name: "echo: bytes after the payload are a changed payload",
    network: onProbes([1], { mangling: "trailing-bytes" }),
    options: { kind: "echo", count: 3 },
    expect: { events: ["0 reply", "1 reply [payload-changed]", "2 reply"] },
  },
  {
    name: "echo: a wrong checksum",
    network: onProbes([1], { mangling: "bad-checksum" }),
    options: { kind: "echo", count: 3 },
    expect: { events: ["0 reply", "1 reply [bad-checksum]", "2 reply"] },
  },
];
