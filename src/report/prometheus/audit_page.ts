/** An audit as metrics, written at its end. */

import { toSeconds } from "../../prometheus/base_unit.ts";
import { CONSENSUS_METRICS } from "../../prometheus/program_metrics.ts";
import { RUN_METRICS } from "../../prometheus/run_metrics.ts";
import {
  type Labelled,
  labelTargets,
  RunPage,
  statSamples,
  writeBounds,
  writeProbes,
} from "../../prometheus/run_page.ts";
import { CLOCK_METRICS } from "../../prometheus/target_metrics.ts";
import type { AuditResult } from "../../run/audit/result.ts";
import type { HostFindings } from "../../run/audit/host_findings.ts";
import { AUDIT_METRICS } from "./audit_metrics.ts";

/** Label `group` of these metrics. */
const GROUP = "audit";

/** Gathers the hosts of an audit. */
export class AuditPage {
  readonly #hosts: HostFindings[] = [];

  /** Takes in a host. */
  add(host: HostFindings): void {
    this.#hosts.push(host);
  }

  /** All metrics; the text ends with a line break. */
  format(result: AuditResult): string {
    const page = new RunPage();
    const hosts = labelTargets(GROUP, this.#hosts, ({ target }) => target);
    page.family(
      AUDIT_METRICS.hosts,
      Object.entries(result.tally.verdicts)
        .map(([verdict, count]) => [{ group: GROUP, verdict }, count]),
    );
    writeHosts(page, hosts);
    writeConsensus(page, result.consensus?.consensus);
    return page.takeText();
  }
}

function writeHosts(page: RunPage, hosts: readonly Labelled<HostFindings>[]): void {
  page.targets(AUDIT_METRICS.verdict, hosts, ({ verdict }) => [[{ verdict }, 1]]);
  page.targets(
    AUDIT_METRICS.label,
    hosts,
    ({ behaviour: { labels } }) => labels.map(({ label }) => [{ label }, 1]),
  );
  writeProbes(page, hosts, ({ summary }) => summary.counters);
  page.targets(RUN_METRICS.rtt, hosts, ({ summary }) => statSamples(summary.rttMs));
  page.targets(CLOCK_METRICS.offset, hosts, ({ offset }) => [[{}, toSeconds(offset?.valueMs)]]);
  writeBounds(page, hosts, ({ offset }) => offset);
  page.targets(CLOCK_METRICS.tick, hosts, ({ tickMs }) => [[{}, toSeconds(tickMs)]]);
}

function writeConsensus(
  page: RunPage,
  consensus: NonNullable<AuditResult["consensus"]>["consensus"] | undefined,
): void {
  if (consensus === undefined) return;
  const { hosts, agreeing, lowerMs, upperMs, localClock } = consensus;
  const { lower, upper, clocks, isOff } = CONSENSUS_METRICS;
  const group = { group: GROUP };
  page.family(lower, [[group, toSeconds(lowerMs)]]);
  page.family(upper, [[group, toSeconds(upperMs)]]);
  page.family(clocks, [
    [{ ...group, state: "agreeing" }, agreeing],
    [{ ...group, state: "outside" }, hosts - agreeing],
  ]);
  if (localClock !== "unknown") page.family(isOff, [[group, localClock === "off" ? 1 : 0]]);
}
