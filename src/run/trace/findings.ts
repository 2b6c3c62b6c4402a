/** From what a trace has gathered to what it reports: the hops of each path, and the verdict. */

import { describeEvidence } from "../../behaviour/path_evidence.ts";
import {
  type AnswerTally,
  emptyTally,
  type HopObservation,
  type PathObservation,
  type RateFinding,
} from "../../behaviour/path_observation.ts";
import type { PathVerdict } from "../../behaviour/path_finding.ts";
import { judgePath } from "../../behaviour/path_verdict.ts";
import type { BoundedMs } from "../../measurement/mod.ts";
import type { MplsLabel } from "../../packet/icmp_extension.ts";
import { formatAddress } from "../../packet/mod.ts";
import type { Summary } from "../../stats/mod.ts";
import type { Target } from "../../targets/target.ts";
import type { TargetStatistics } from "../target_statistics.ts";
import type { HopRefusal, HopSeries, PathChange } from "./hop.ts";
import type { TraceSweep } from "./sweep.ts";
import type { TraceTarget } from "./target.ts";

/** Probes of one kind at one hop. */
export interface HopCounts extends Readonly<AnswerTally> {
  /** Round-trip times, milliseconds; undefined without an answer. */
  readonly rttMs: Summary | undefined;
}

/** One hop of one path, as it is reported. */
export interface HopFindings {
  /** The host that is traced. */
  readonly target: Target;
  /** When the trace of it ended, Unix time in seconds. */
  readonly time: number;
  /** Number of the path, from 1: flows that take the same one have the same number. */
  readonly path: number;
  /** Time to live. */
  readonly hop: number;
  /** Address of the hop, an unsigned 32-bit number; undefined where nothing answered. */
  readonly address: number | undefined;
  /** All addresses, the commonest first. */
  readonly addresses: readonly number[];
  /** It is the host itself. */
  readonly isTarget: boolean;
  /** Echo requests. */
  readonly echo: HopCounts;
  /** Timestamp requests. */
  readonly timestamp: HopCounts;
  /** Clock of the hop minus ours, where it answers timestamp requests of its own; milliseconds. */
  readonly offset: BoundedMs | undefined;
  /** MPLS labels, outermost first. */
  readonly labels: readonly MplsLabel[];
  /** An ICMP error other than an expired time to live. */
  readonly refusal: HopRefusal | undefined;
  /** Changes of the address during the run. */
  readonly changes: readonly PathChange[];
}

/** One path to a host. */
export interface TracePath {
  /** Flows that took it. */
  readonly flows: number;
  /** Hops of the path, from time to live 1 on. */
  readonly hops: readonly HopFindings[];
}

/** What is reported of one host. */
export interface TraceFindings {
  /** The host. */
  readonly target: Target;
  /** When the trace of it ended, Unix time in seconds. */
  readonly time: number;
  /** All that the verdict rests on. */
  readonly seen: PathObservation;
  /** Whether the host answers, and otherwise where and how requests end. */
  readonly verdict: PathVerdict;
  /** The evidence in sentences. */
  readonly evidence: readonly string[];
  /** Different paths, that of the first flow first. */
  readonly paths: readonly TracePath[];
}

/** What was learned of routers that were asked themselves, by address. */
export type AskedRouters = ReadonlyMap<number, {
  /** Echo requests to it. */
  readonly echo: Readonly<AnswerTally>;
  /** Timestamp requests to it. */
  readonly timestamp: Readonly<AnswerTally>;
  /** Delays and offset of the router, where it answers timestamp requests. */
  readonly statistics: TargetStatistics;
}>;

/** The hops before the host, for the verdict. */
export function observeHops(
  { hops, end, distance }: TraceSweep,
  forgers: ReadonlySet<number>,
  routers: AskedRouters,
): HopObservation[] {
  return hops.slice(0, distance === undefined ? end : distance - 1).map((each) => {
    const address = each.address(forgers);
    const router = address === undefined ? undefined : routers.get(address);
    return {
      hop: each.hop,
      address: address === undefined ? undefined : formatAddress(address),
      expiredEcho: countsOf(each.echo),
      expiredTimestamp: countsOf(each.timestamp),
      askedEcho: router?.echo ?? emptyTally(),
      askedTimestamp: router?.timestamp ?? emptyTally(),
    };
  });
}

/** Times to live with which errors came about probes to any of the hosts. */
export function findSeenHops(hosts: readonly TraceTarget[]): ReadonlySet<number> {
  const hops = hosts.flatMap(({ sweeps }) => sweeps.flatMap((sweep) => sweep.hops));
  return new Set(hops.filter(({ addresses }) => addresses.size > 0).map(({ hop }) => hop));
}

/** Judges one host from the answers of all hops of its path. */
export function findTrace(
  traced: TraceTarget,
  { routers, rate, seenHops, isBlockedHere, isComplete, time }: {
    readonly routers: AskedRouters;
    readonly rate: RateFinding | undefined;
    /** Times to live with which errors came about probes to any host of the run. */
    readonly seenHops: ReadonlySet<number>;
    readonly isBlockedHere: boolean;
    readonly isComplete: boolean;
    readonly time: number;
  },
): TraceFindings {
  const { target, direct, sweeps, ledger, refusals, unsent } = traced;
  const [first] = sweeps;
  const seen: PathObservation = {
    echo: traced.reaching("echo"),
    timestamp: traced.reaching("timestamp"),
    ipTimestamp: direct["ip-timestamp"],
    hasOptionTime: traced.hasOptionTime,
    badChecksum: direct["bad-checksum"],
    distance: first?.distance,
    hops: first === undefined ? [] : observeHops(first, ledger.forgers, routers),
    refusals,
    unsent,
    others: [...ledger.others].map(formatAddress),
    limitedHops: first === undefined
      ? []
      : first.hops.filter(({ hop, hasAnswered }) => !hasAnswered && seenHops.has(hop))
        .map(({ hop }) => hop),
    isBlockedHere,
    isComplete,
    rate,
    forgers: [...ledger.forgers].map(formatAddress),
  };
  return {
    target,
    time,
    seen,
    verdict: judgePath(seen),
    evidence: describeEvidence(seen),
    paths: findPaths(traced, routers, time),
  };
}

/** The paths, each once. */
function findPaths(
  { target, sweeps, ledger, statistics }: TraceTarget,
  routers: AskedRouters,
  time: number,
) {
  const paths = new Map<string, { flows: number; hops: HopFindings[] }>();
  for (const { hops, end } of sweeps) {
    // Of a host without a route nothing was sent.
    const shown = hops.slice(0, end).filter(({ echo, timestamp }) =>
      echo.sent + timestamp.sent > 0
    );
    const key = shown.map((hop) => hop.address(ledger.forgers) ?? (hop.isTarget ? "host" : "*"))
      .join(" ");
    const known = paths.get(key);
    if (known !== undefined) {
      known.flows++;
      continue;
    }
    const path = paths.size + 1;
    const findings = shown.map((hop): HopFindings => {
      const addresses = hop.sortedAddresses(ledger.forgers);
      const address = hop.isTarget ? target.address : addresses[0] ?? hop.refusal?.reporter;
      const clock = address === undefined
        ? undefined
        : routers.get(address)?.statistics ?? (hop.isTarget ? statistics : undefined);
      return {
        ...{ target, time, path, address, addresses },
        hop: hop.hop,
        isTarget: hop.isTarget,
        echo: countsOf(hop.echo),
        timestamp: countsOf(hop.timestamp),
        offset: clock?.summary(time).offset,
        labels: hop.labels,
        refusal: hop.refusal,
        changes: hop.changes,
      };
    });
    paths.set(key, { flows: 1, hops: findings });
  }
  return [...paths.values()];
}

function countsOf({ sent, answered, rttMs }: HopSeries): HopCounts {
  return { sent, answered: Math.min(sent, answered), rttMs };
}
