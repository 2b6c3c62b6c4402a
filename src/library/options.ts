/** Options that all functions of the library share, and the words that name hosts. */

import { SOCKET_MACHINE, type SocketMachine } from "../machine/run_machine.ts";
import { parseAddress } from "../packet/address.ts";
import { type Block, parseBlock } from "../targets/block.ts";
import { listTargets } from "../targets/target_list.ts";
import type { Target } from "../targets/target.ts";

/** How packets leave, and how an iteration ends. All are optional. */
export interface CommonOptions {
  /** Time to live, 1 to 255. Default 64. */
  readonly ttl?: number | undefined;
  /** Type-of-service octet, 0 to 255. Default 0. */
  readonly tos?: number | undefined;
  /** Interface to send from. Default: the kernel's route. */
  readonly interfaceName?: string | undefined;
  /** Address of this machine to send from, such as `192.0.2.1`. Default: the kernel's choice. */
  readonly sourceAddress?: string | undefined;
  /** Firewall mark, an unsigned 32-bit number. */
  readonly mark?: number | undefined;
  /** Addresses, prefixes and ranges that are never probed. */
  readonly exclude?: readonly string[] | undefined;
  /** Ends the iteration when it is aborted, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** A system call failed, and the run continues; called once for each kind of failure. Replies may be missing. */
  readonly onTrouble?: ((error: Error) => void) | undefined;
}

/** How often and how long hosts are probed. All are optional. */
export interface ScheduleOptions {
  /** Probes for each target, from 1; Infinity for no end. */
  readonly count?: number | undefined;
  /** Time between two probes to one target, in milliseconds, from 0. */
  readonly intervalMs?: number | undefined;
  /** How long a probe waits for its answer, in milliseconds, above 0. Default 1000. */
  readonly timeoutMs?: number | undefined;
  /** Ends the run after this many milliseconds; pending probes then have no outcome. Default: no limit. */
  readonly deadlineMs?: number | undefined;
}

/** A word that gives no target. */
export interface TargetFault {
  /** The word. */
  readonly target: string;
  /** `too-many`: more addresses than one list may have. `invalid`: no target at all. `unresolved`: a name without IPv4 address. */
  readonly kind: "too-many" | "invalid" | "unresolved";
  /** What is wrong, without the word. */
  readonly message: string;
}

/** Some targets can never be probed, or their names do not resolve. Nothing has been sent. */
export class TargetError extends Error {
  /** The error's name. */
  override readonly name = "TargetError";
  /** Each word that gives no target, and the reason. */
  readonly problems: readonly TargetFault[];

  /** Describes the problems, at least one. */
  constructor(problems: readonly TargetFault[]) {
    super(problems.map(({ target, message }) => `Cannot probe ${target}: ${message}`).join("; "));
    this.problems = problems;
  }
}

/**
 * Checks the times of a run.
 *
 * @throws {RangeError} One is outside its range.
 */
export function checkSchedule(
  options: ScheduleOptions & { readonly spacingMs?: number | undefined },
): void {
  const { count = 1, intervalMs = 0, spacingMs = 0, timeoutMs = 1, deadlineMs = 1 } = options;
  if (!(count >= 1 && (Number.isInteger(count) || count === Infinity))) {
    throw new RangeError(
      `Cannot send ${count} probes: not a count, expected a whole number from 1, or Infinity`,
    );
  }
  for (const [name, ms] of Object.entries({ intervalMs, spacingMs })) {
    if (ms >= 0 && ms < Infinity) continue;
    throw new RangeError(`Cannot use ${name} ${ms}: out of range, expected milliseconds from 0`);
  }
  for (const [name, ms] of Object.entries({ timeoutMs, deadlineMs })) {
    if (ms > 0) continue;
    throw new RangeError(`Cannot use ${name} ${ms}: out of range, expected milliseconds above 0`);
  }
}

/** The words of a caller: one, or several. */
export function wordsOf(targets: string | Iterable<string>): readonly string[] {
  const words = typeof targets === "string" ? [targets] : [...targets];
  if (words.length === 0) throw new RangeError("No target given: expected at least one");
  return words;
}

/**
 * Looks up the hosts of words.
 *
 * @throws {TargetError} A word gives none.
 */
export async function findTargets(
  targets: string | Iterable<string>,
  options: CommonOptions & { readonly allAddresses?: boolean | undefined },
): Promise<readonly Target[]> {
  const list = await listTargets(wordsOf(targets), SOCKET_MACHINE.resolver, {
    allAddresses: options.allAddresses ?? false,
    exclude: (options.exclude ?? []).map(blockOf),
    isBroadcast: SOCKET_MACHINE.isBroadcast,
  });
  if (list.problems.length > 0) {
    throw new TargetError(
      list.problems.map(({ label, kind, message }) => ({ target: label, kind, message })),
    );
  }
  return list.targets;
}

/** This machine, with deadlines that count from now. */
export function machineFromNow(): SocketMachine {
  const startMs = performance.now();
  return { ...SOCKET_MACHINE, elapsedMs: () => performance.now() - startMs };
}

/** The address of a text; undefined for none. */
export function addressOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw new RangeError(`Cannot send from ${text}: not an address, expected one such as 192.0.2.1`);
}

/** The block of a text. */
export function blockOf(text: string): Block {
  const block = parseBlock(text);
  if (typeof block === "string") throw new RangeError(`Cannot exclude ${text}: ${block}`);
  return block;
}
