/** `ping` as a function: the run of the command, without its words and lines. */

import type { StrayDatagram } from "../probe/outcome.ts";
import type { TransmitMoment } from "../probe/transport.ts";
import { PingRun } from "../run/ping_run.ts";
import { planRun } from "../run/run_plan.ts";
import { iterate } from "./iterate.ts";
import {
  addressOf,
  checkSchedule,
  type CommonOptions,
  findTargets,
  machineFromNow,
  type ScheduleOptions,
} from "./options.ts";
import {
  icmpErrorOf,
  type PingOutcome,
  type PingReply,
  replyOf,
  timeoutOf,
  unsentOf,
} from "./ping_outcome.ts";

/** How hosts are probed. All are optional. */
export interface PingOptions extends CommonOptions, ScheduleOptions {
  /** Message to send. Default `timestamp`. */
  readonly message?: "timestamp" | "echo" | undefined;
  /** Probes for each target, from 1; Infinity for no end. Default 5. */
  readonly count?: number | undefined;
  /** Time between two probes to one target, in milliseconds, from 0. Default 1000. */
  readonly intervalMs?: number | undefined;
  /** Time between two targets, in milliseconds, from 0. Default: the interval divided evenly. */
  readonly spacingMs?: number | undefined;
  /** Probe every address of a name, not the first alone. Default false. */
  readonly allAddresses?: boolean | undefined;
  /** Take stamps from the kernel where it has them. Default true. */
  readonly kernelStamps?: boolean | undefined;
  /**
   * Moment from which delays count: this machine's own queue took the probe, or the driver behind it did. The time
   * between is `queueMs` of a probe. Default `driver`.
   */
  readonly stampAt?: TransmitMoment | undefined;
  /** A further answer to a probe that has had its outcome; its first flag is `duplicate`, `late` or `after-icmp-error`. */
  readonly onExtra?: ((reply: PingReply) => void) | undefined;
  /** Something arrived that answers none of the run's probes. */
  readonly onStray?: ((datagram: StrayDatagram) => void) | undefined;
}

/** First flags of replies that are no outcome. */
const EXTRA: ReadonlySet<string | undefined> = new Set(["duplicate", "late", "after-icmp-error"]);

/**
 * Probes hosts and yields what becomes of each probe: `reply`, `icmpError`, `timedOut` or `unsent`.
 *
 * The socket opens with the first `next()` and closes with the iteration, however that ends: by its last outcome, a
 * `break`, an exception, `await using`, or the signal. Opening it needs root or CAP_NET_RAW (for echo requests, a group
 * in net.ipv4.ping_group_range is enough), and Deno's `--allow-ffi`. Probes keep their times while the caller is slow;
 * when 10 000 outcomes wait, the run waits too.
 *
 * @param targets Names, addresses, prefixes (`192.0.2.0/28`) or ranges (`192.0.2.1-192.0.2.20`), one or several;
 * targets of one address share its probes, and each has its outcome of every one.
 * @throws {TargetError} A target cannot be probed or a name does not resolve.
 * @throws {RangeError} An option is outside its range, or more than 65 536 probes to one target would be pending.
 * @throws {SystemError} The system refuses the socket.
 *
 * @example
 * ```ts
 * import { ping } from "icmptime";
 *
 * for await (const outcome of ping("127.0.0.1", { count: 3, intervalMs: 10 })) {
 *   if (outcome.kind === "reply") console.log(outcome.rttMs, outcome.measurement?.offset);
 * }
 * ```
 */
export async function* ping(
  targets: string | Iterable<string>,
  options: PingOptions = {},
): AsyncGenerator<PingOutcome, void, void> {
  checkSchedule(options);
  const plan = planRun({
    kind: options.message ?? "timestamp",
    ...{ ttl: options.ttl, tos: options.tos },
    count: options.count ?? 5,
    intervalMs: options.intervalMs ?? 1000,
    spacingMs: options.spacingMs,
    timeoutMs: options.timeoutMs ?? 1000,
    deadlineMs: options.deadlineMs,
    interfaceName: options.interfaceName,
    sourceAddress: addressOf(options.sourceAddress),
    mark: options.mark,
    kernelStamps: options.kernelStamps,
    stampAt: options.stampAt,
    keepsStrays: options.onStray !== undefined,
  });
  const machine = machineFromNow();
  const found = await findTargets(targets, options);
  if (found.length === 0) return;
  const setup = { program: { command: "ping", version: "" }, plan, targets: found };
  yield* iterate<PingOutcome, PingRun>(
    () => PingRun.open(setup, machine, options.onTrouble),
    (run, queue) =>
      run.run({
        run() {},
        sent() {},
        reply(event) {
          const reply = replyOf(event);
          if (EXTRA.has(reply.flags[0])) options.onExtra?.(reply);
          else queue.push(reply);
        },
        icmpError: (event) => queue.push(icmpErrorOf(event)),
        timeout: (event) => queue.push(timeoutOf(event)),
        unsent: (event) => queue.push(unsentOf(event)),
        stray: (datagram) => options.onStray?.(datagram),
        summary() {},
      }, { idle: () => queue.room() }),
    options.signal,
  );
}
