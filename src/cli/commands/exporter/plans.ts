/** From a configuration to packets, sockets and schedules. */

import type { GroupConfig, ProbeModule } from "../../../exporter/config.ts";
import { planRun, type RunPlan } from "../../../run/run_plan.ts";
import { readEgress } from "../../options/egress.ts";

/** Packets, socket and schedule of a group. */
export function planGroup(config: GroupConfig): RunPlan {
  return plan(config, Infinity);
}

/** Those of a request to /probe. */
export function planModule(module: ProbeModule): RunPlan {
  return plan(module, module.count);
}

function plan(config: GroupConfig | ProbeModule, count: number): RunPlan {
  return planRun({
    ...readEgress(config.source),
    kind: config.message,
    count,
    intervalMs: config.intervalMs,
    timeoutMs: config.timeoutMs,
    ttl: config.ttl,
    tos: config.tos,
    mark: config.mark,
  });
}
