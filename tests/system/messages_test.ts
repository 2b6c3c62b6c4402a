/** One run asks one host behind a router in several ways: the kernels there answer, or do not, and each answer is found. */

import { assert, assertEquals } from "@std/assert";
import { formatAddress, parseAddress } from "../../src/packet/mod.ts";
import { BadChecksumProbe } from "../../src/probe/message/bad_checksum.ts";
import { EchoProbe } from "../../src/probe/message/echo.ts";
import { IpTimestampProbe } from "../../src/probe/message/ip_timestamp.ts";
import { TimestampProbe } from "../../src/probe/message/timestamp.ts";
import type { ProbeOutcome } from "../../src/probe/outcome.ts";
import type { Probe, ProbeSpec } from "../../src/probe/probe.ts";
import { Prober } from "../../src/probe/prober.ts";
import { randomHashKey } from "../../src/packet/half_sip_hash.ts";
import { Namespace } from "../support/namespace.ts";
import { openRawSocket } from "../support/raw_exchange.ts";
import { systemTest } from "../support/tools.ts";

const ROUTER_NEAR = "10.77.1.2", ROUTER_FAR = "10.77.2.1", HOST = "10.77.2.2";
const ICMP_TYPES = [0, 14, 3, 4, 5, 11, 12];
const ROUNDS = 4;
/** No probe that is answered at all times out, however busy the machine is. */
const PATIENT_MS = 60_000;

const TIMESTAMP = new TimestampProbe();
const BAD_CHECKSUM = new BadChecksumProbe(TIMESTAMP);
const PROBES: readonly ProbeSpec[] = [
  { message: TIMESTAMP },
  { message: new EchoProbe() },
  { message: new IpTimestampProbe() },
  { message: BAD_CHECKSUM },
  ...[1, 2, 3, 4, 5].map((ttl) => ({ message: TIMESTAMP, ttl })),
];
const COUNT = PROBES.length * ROUNDS;

/** Three namespaces in a row; the middle one forwards, and reports every datagram whose time to live is used up. */
async function connect(near: Namespace, router: Namespace, far: Namespace): Promise<void> {
  await router.ip(
    `link add near type veth peer name veth0 netns ${near.name}`,
    `link add far type veth peer name veth0 netns ${far.name}`,
    `addr add ${ROUTER_NEAR}/24 dev near`,
    `addr add ${ROUTER_FAR}/24 dev far`,
    "link set near up",
    "link set far up",
  );
  await near.ip(
    "addr add 10.77.1.1/24 dev veth0",
    "link set veth0 up",
    `route add 10.77.2.0/24 via ${ROUTER_NEAR}`,
  );
  await far.ip(
    `addr add ${HOST}/24 dev veth0`,
    "link set veth0 up",
    `route add default via ${ROUTER_FAR}`,
  );
  await router.sysctl("net/ipv4/ip_forward", "1");
  await router.sysctl("net/ipv4/icmp_ratelimit", "0");
}

/** What the probe asked, such as `echo` or `timestamp 3`, and how that ended. */
function describe(outcome: Exclude<ProbeOutcome, { kind: "unsent" }>): string {
  const { message, ttl } = outcome.probe;
  const question = ttl === undefined ? message.name : `${message.name} ${ttl}`;
  if (outcome.kind !== "icmpError") return `${question}: ${outcome.kind}`;
  return `${question}: ${outcome.error.type} from ${formatAddress(outcome.reporter)}`;
}

systemTest({
  name:
    "messages: timestamp, echo, IP option, a wrong checksum and TTL 1 to 5 to one host in one run",
  namespaces: true,
}, async () => {
  await using near = await Namespace.open();
  await using router = await Namespace.open();
  await using far = await Namespace.open();
  await connect(near, router, far);
  using socket = openRawSocket(near, { icmpTypes: ICMP_TYPES });
  const counts: Record<string, number> = {};
  const strays: string[] = [];
  let left = COUNT - ROUNDS;
  const prober: Prober = new Prober(
    {
      targets: [{ index: 0, label: HOST, address: parseAddress(HOST) as number }],
      probes: PROBES,
      numberKey: randomHashKey(),
      count: COUNT,
      intervalMs: 5,
      timeoutMs: PATIENT_MS,
      keepStrays: true,
    },
    socket,
    {
      outcome(outcome) {
        assert(outcome.kind !== "unsent", JSON.stringify(outcome));
        const key = describe(outcome);
        counts[key] = (counts[key] ?? 0) + 1;
        checkTimes(outcome);
        if (--left === 0) prober.stop();
      },
      extra: ({ kind, probe }) => void strays.push(`${kind} ${probe.index}`),
      stray: ({ detail }) => void strays.push(detail),
      idle: () => {},
    },
  );
  assertEquals(await prober.run(), "stopped");
  assertEquals(counts, {
    "timestamp: reply": ROUNDS,
    "echo: reply": ROUNDS,
    "ip-timestamp: reply": ROUNDS,
    [`timestamp 1: 11 from ${ROUTER_NEAR}`]: ROUNDS,
    "timestamp 2: reply": ROUNDS,
    "timestamp 3: reply": ROUNDS,
    "timestamp 4: reply": ROUNDS,
    "timestamp 5: reply": ROUNDS,
  });
  // Linux drops what has a wrong checksum.
  const pending: Probe[] = [...prober.pendingProbes()];
  assertEquals(pending.map(({ message }) => message), Array(ROUNDS).fill(BAD_CHECKSUM));
  assertEquals(strays, []);
});

/** A reply with timestamps is measured: the host has our clock. */
function checkTimes(outcome: ProbeOutcome): void {
  if (outcome.kind !== "reply") return;
  const { probe: { message }, reply: { stamps, measurement, rttNs } } = outcome;
  assert(rttNs > 0);
  assertEquals(stamps === undefined, message.name === "echo");
  if (stamps === undefined) return;
  const { lowerMs = NaN, upperMs = NaN } = measurement?.offset ?? {};
  assert(lowerMs <= 0 && upperMs >= 0, `${message.name}: ${lowerMs} to ${upperMs} ms`);
}
