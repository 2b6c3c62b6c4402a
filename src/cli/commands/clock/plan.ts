/** From the options of `clock` to what a run needs. */

import { emitIpTimestampOption, IP_TIMESTAMP_FLAG, ProbeTemplate } from "../../../packet/mod.ts";
import type { ProberOptions } from "../../../probe/prober_options.ts";
import type { Target } from "../../../targets/target.ts";
import { MS_PER_DAY } from "../../../time/mod.ts";
import type { CLOCK_OPTIONS } from "./options.ts";
import type { Parsed } from "../../option.ts";
import { DEFAULT_PING_OPTIONS, type PingPlan, planPing } from "../ping/plan.ts";
import { UsageError } from "../../usage_error.ts";

/** The options of `clock` as the user gave them. */
export type ClockOptions = Parsed<typeof CLOCK_OPTIONS>;

const DEFAULT_COUNT = 100;
/** With `--until` the goal ends the run, and this only when the goal is out of reach. */
const DEFAULT_COUNT_UNTIL = 1000;
const DEFAULT_INTERVAL_MS = 50;
const HOUR_MS = 3_600_000;

/**
 * Plans a run.
 *
 * @throws {UsageError} Options that do not go together.
 */
export function planClock(options: ClockOptions): PingPlan {
  if (options.loop && options.count !== undefined) {
    throw new UsageError("Cannot use --loop with --count: want one of them", "--loop");
  }
  if (options.every !== undefined && !options.loop) {
    throw new UsageError("Cannot use --every without --loop", "--every");
  }
  const defaultCount = options.until === undefined ? DEFAULT_COUNT : DEFAULT_COUNT_UNTIL;
  return planPing({
    ...DEFAULT_PING_OPTIONS,
    echo: options.via === "ip-option",
    count: options.loop ? undefined : options.count ?? defaultCount,
    loop: options.loop,
    interval: options.interval ?? DEFAULT_INTERVAL_MS,
    timeout: options.timeout,
    deadline: options.deadline,
    ttl: options.ttl,
    tos: options.tos,
    interface: options.interface,
    mark: options.mark,
    verbose: options.verbose,
  });
}

/** For `--via ip-option`: an echo to each host with room for two stamps of its own (RFC 791 §3.1, prespecified). */
export function stampsVia(
  options: ClockOptions,
  plan: PingPlan,
): Pick<ProberOptions, "template" | "stampsFrom"> {
  if (options.via !== "ip-option") return { template: plan.prober.template };
  const { payload } = plan.prober;
  const templates = new Map<number, ProbeTemplate>();
  const templateOf = (target: Target): ProbeTemplate => {
    const known = templates.get(target.address);
    if (known !== undefined) return known;
    const entry = { address: target.address, stampMs: 0 };
    const made = new ProbeTemplate({
      kind: "echo",
      source: plan.transport.sourceAddress ?? 0,
      ttl: options.ttl ?? 64,
      tos: options.tos ?? 0,
      payload: payload ?? new Uint8Array(0),
      stampPayload: true,
      ipOptions: emitIpTimestampOption({
        flag: IP_TIMESTAMP_FLAG.prespecified,
        entries: [entry, entry],
      }),
    });
    templates.set(target.address, made);
    return made;
  };
  return { template: templateOf, stampsFrom: "ip-option" };
}

/**
 * An originate stamp that is not the time, and another one for each probe: a host that only copies it back is found out
 * however near it is, and an answer to another probe, or to another host's, is not taken for this one's.
 */
export function randomOriginateMs(): number {
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return (Date.now() + HOUR_MS + random % (22 * HOUR_MS)) % MS_PER_DAY;
}
