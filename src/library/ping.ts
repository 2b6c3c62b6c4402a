/** `ping` as a function: the same prober and the same socket as the command, without its words and lines. */

import { RawSocket, resolveName, slotBytesFor } from "../../ffi/mod.ts";
import { randomHashKey } from "../packet/half_sip_hash.ts";
import { DEFAULT_TTL, parseAddress } from "../packet/mod.ts";
import { EchoProbe } from "../probe/message/echo.ts";
import { TimestampProbe } from "../probe/message/timestamp.ts";
import type { ProbeOutcome } from "../probe/outcome.ts";
import { Prober } from "../probe/prober.ts";
import { SharedAddresses } from "../probe/shared_addresses.ts";
import type { TransmitMoment, Transport } from "../probe/transport.ts";
import { type Block, parseBlock } from "../targets/block.ts";
import { listTargets, type TargetProblem } from "../targets/target_list.ts";
import { OutcomeQueue, type SideEvents } from "./outcome_queue.ts";

const ICMP_ERROR_TYPES = [3, 4, 5, 11, 12];
const TIMESTAMP_REPLY = 14;
const ECHO_REPLY = 0;

/** How hosts are asked. All are optional. */
export interface PingOptions extends SideEvents {
  /** Message to send. Default `timestamp`. */
  readonly message?: "timestamp" | "echo" | undefined;
  /** Probes for each target, from 1; Infinity for no end. Default 5. */
  readonly count?: number | undefined;
  /** Time between two probes to one target, in milliseconds, from 0. Default 1000. */
  readonly intervalMs?: number | undefined;
  /** Time between two targets, in milliseconds, from 0. Default: the interval shared out evenly. */
  readonly spacingMs?: number | undefined;
  /** How long a probe waits for its answer, in milliseconds, above 0. Default 1000. */
  readonly timeoutMs?: number | undefined;
  /** Ends the run after so many milliseconds; probes still out then have no outcome. Default: no limit. */
  readonly deadlineMs?: number | undefined;
  /** Time to live, 1 to 255. Default 64. */
  readonly ttl?: number | undefined;
  /** Type-of-service byte, 0 to 255. Default 0. */
  readonly tos?: number | undefined;
  /** Interface to send from. Default: the kernel's route. */
  readonly interfaceName?: string | undefined;
  /** Address of this machine to send from, such as `192.0.2.1`. Default: the kernel's choice. */
  readonly sourceAddress?: string | undefined;
  /** Firewall mark, an unsigned 32-bit number. */
  readonly mark?: number | undefined;
  /** Ask every address of a name, not the first alone. Default false. */
  readonly allAddresses?: boolean | undefined;
  /** Addresses, prefixes and ranges that are never asked. */
  readonly exclude?: readonly string[] | undefined;
  /** Take stamps from the kernel where it has them. Default true. */
  readonly kernelStamps?: boolean | undefined;
  /**
   * Moment from which delays count: this machine's own queue took the probe, or the driver behind it did. The time
   * between is `queueNs` of a probe. Default `driver`.
   */
  readonly stampAt?: TransmitMoment | undefined;
  /** Ends the run when it is aborted; probes still out then have no outcome. */
  readonly signal?: AbortSignal | undefined;
}

/** Some targets can never be asked, or their names do not resolve. Nothing has been sent. */
export class TargetError extends Error {
  /** The error's name. */
  override readonly name = "TargetError";
  /** Each word that gives no target, and why. */
  readonly problems: readonly TargetProblem[];

  /** Tells of problems, at least one. */
  constructor(problems: readonly TargetProblem[]) {
    const told = problems.map(({ label, message }) => `Cannot probe ${label}: ${message}`);
    super(told.join("; "));
    this.problems = problems;
  }
}

/**
 * Asks hosts for their time and yields what becomes of each probe: `reply`, `icmpError`, `timedOut` or `unsent`.
 *
 * The socket opens with the first `next()` and closes with the iteration, however that ends: by its last outcome, a
 * `break`, an exception or the signal. Opening it needs root or CAP_NET_RAW (echo
 * requests only a group in net.ipv4.ping_group_range; identification and fragment field of replies are then 0), and Deno's
 * `--allow-ffi`. The probes
 * keep their times whether or not the caller keeps up; outcomes wait in order until they are taken.
 *
 * @param targets Names, addresses, prefixes (`192.0.2.0/28`) or ranges (`192.0.2.1-192.0.2.20`), one or several;
 * targets of one address share its probes, and each has its outcome of every one.
 * @throws {TargetError} A target cannot be asked or a name does not resolve.
 * @throws {RangeError} An option is out of its range, or more than 65 536 probes to one target are pending.
 * @throws {SystemError} The system refuses the socket.
 *
 * @example
 * ```ts
 * for await (const outcome of ping("192.0.2.7", { count: 3 })) {
 *   if (outcome.kind === "reply") console.log(outcome.reply.rttNs / 1e6, "ms");
 * }
 * ```
 */
export async function* ping(
  targets: string | Iterable<string>,
  options: PingOptions = {},
): AsyncGenerator<ProbeOutcome, void, void> {
  checkOptions(options);
  const words = typeof targets === "string" ? [targets] : [...targets];
  if (words.length === 0) throw new RangeError("No target given: expected at least one");
  const list = await listTargets(words, { resolve: resolveName }, {
    allAddresses: options.allAddresses ?? false,
    exclude: (options.exclude ?? []).map(blockOf),
  });
  if (list.problems.length > 0) throw new TargetError(list.problems);
  const { signal } = options;
  if (list.targets.length === 0 || signal?.aborted) return;
  const shared = probeOptions(options);
  using transport = await openSocket(options, shared.probes[0].message.lengthBytes);
  const queue = new OutcomeQueue(options);
  const addresses = new SharedAddresses(list.targets);
  const prober = new Prober(
    { ...shared, identifier: transport.identifier, targets: addresses.asked },
    transport,
    addresses.listener(queue),
  );
  const stop = () => prober.stop();
  signal?.addEventListener("abort", stop);
  const running = prober.run().then(() => queue.end(), (error) => queue.fail(error));
  try {
    yield* queue;
  } finally {
    signal?.removeEventListener("abort", stop);
    prober.stop();
    await running;
  }
}

function checkOptions(options: PingOptions): void {
  const { count = 1, intervalMs = 0, spacingMs = 0, timeoutMs = 1, deadlineMs = 1 } = options;
  if (!(count >= 1 && (Number.isInteger(count) || count === Infinity))) {
    throw new RangeError(`Cannot send ${count} probes: want a whole number from 1, or Infinity`);
  }
  for (const [name, ms] of Object.entries({ intervalMs, spacingMs })) {
    if (!(ms >= 0 && ms < Infinity)) {
      throw new RangeError(`Cannot take ${ms} for ${name}: want milliseconds from 0`);
    }
  }
  for (const [name, ms] of Object.entries({ timeoutMs, deadlineMs })) {
    if (!(ms > 0)) throw new RangeError(`Cannot take ${ms} for ${name}: want more than 0`);
  }
}

function probeOptions(options: PingOptions) {
  const header = {
    source: addressOf(options.sourceAddress) ?? 0,
    ttl: options.ttl ?? DEFAULT_TTL,
    tos: options.tos ?? 0,
  };
  const message = options.message === "echo" ? new EchoProbe(header) : new TimestampProbe(header);
  return {
    probes: [{ message }],
    numberKey: randomHashKey(),
    count: options.count ?? 5,
    intervalMs: options.intervalMs ?? 1000,
    spacingMs: options.spacingMs,
    timeoutMs: options.timeoutMs ?? 1000,
    deadlineMs: options.deadlineMs,
    keepStrays: options.onStray !== undefined,
    stampAt: options.stampAt,
  } as const;
}

/** A raw socket; for echo requests, without the privilege to open one, the kernel's own socket for these. */
async function openSocket(
  options: PingOptions,
  lengthBytes: number,
): Promise<Transport & Disposable> {
  const isEcho = options.message === "echo";
  const common = {
    interfaceName: options.interfaceName,
    sourceAddress: addressOf(options.sourceAddress),
    mark: options.mark,
    kernelStamps: options.kernelStamps,
    slotBytes: slotBytesFor(lengthBytes),
    onTrouble: options.onTrouble,
  };
  try {
    const reply = isEcho ? ECHO_REPLY : TIMESTAMP_REPLY;
    return RawSocket.open({ ...common, icmpTypes: [reply, ...ICMP_ERROR_TYPES] });
  } catch (error) {
    if (!isEcho || !RawSocket.isRefused(error)) throw error;
    const { EchoSocket } = await import("../../ffi/linux/echo_socket.ts");
    return EchoSocket.open(common);
  }
}

function addressOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  if (address === undefined) throw new RangeError(`Cannot send from ${text}: want an IPv4 address`);
  return address;
}

function blockOf(text: string): Block {
  const block = parseBlock(text);
  if (typeof block === "string") throw new RangeError(`Cannot exclude ${text}: ${block}`);
  return block;
}
