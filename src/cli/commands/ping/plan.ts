/** From the options of `ping` to what a run needs: packets, socket, schedule. */

import { randomHashKey } from "../../../packet/half_sip_hash.ts";
import { ProbeTemplate } from "../../../packet/mod.ts";
import type { ProberOptions } from "../../../probe/prober_options.ts";
import { readEgress } from "../../egress.ts";
import type { Parsed } from "../../option.ts";
import { absentOptions } from "../../command_line.ts";
import { PING_OPTIONS } from "./options.ts";
import type { TransportOptions } from "../../system.ts";
import { UsageError } from "../../usage_error.ts";

const DEFAULT_COUNT = 5;
const DEFAULT_INTERVAL_MS = 1000;
const DEFAULT_TIMEOUT_MS = 1000;
/**
 * Unless the user sets the spacing, probes to many targets may go out in groups of so many milliseconds. With the
 * dither of up to one more that is the longest pause.
 */
const GROUP_MS = 9;
/** Who is alive: first timeout, tries after the first, and how much longer each next one waits; as fping. */
const ALIVE_TIMEOUT_MS = 500;
const ALIVE_RETRIES = 3;
const ALIVE_BACKOFF = 1.5;
const ECHO_PAYLOAD_BYTES = 56;
/** What an IPv4 datagram holds after a header without options and a timestamp message. */
const MAX_TRAILING_BYTES = 65_535 - 20 - 20;
const ICMP_ERROR_TYPES = [3, 4, 5, 11, 12];
const TIMESTAMP_REPLY = 14;
const ECHO_REPLY = 0;
/** Sequence numbers there are. */
const SEQUENCES = 65_536;

/** The options of `ping` as they are when none is given. */
export const DEFAULT_PING_OPTIONS: Parsed<typeof PING_OPTIONS> = absentOptions(PING_OPTIONS);

/** A run as the options describe it, but for its targets. */
export interface PingPlan {
  /** What the prober is told. */
  readonly prober: Omit<ProberOptions, "targets">;
  /** What the socket is told. */
  readonly transport: TransportOptions;
  /** Length of the ICMP message, in bytes. */
  readonly messageBytes: number;
}

/**
 * Plans a run.
 *
 * @throws {UsageError} Options that do not go together.
 */
export function planPing(options: Parsed<typeof PING_OPTIONS>): PingPlan {
  const kind = options.echo ? "echo" : "timestamp";
  if (options.echo) {
    for (const name of ["originate", "receive", "transmit"] as const) {
      if (options[name] === undefined) continue;
      throw new UsageError(`Cannot use --${name} with --echo: echo has no stamps`, `--${name}`);
    }
  }
  if (options.loop && options.count !== undefined) {
    throw new UsageError("Cannot use --loop with --count: want one of them", "--loop");
  }
  const { interfaceName, sourceAddress } = readEgress(options.interface);
  const payload = options.payload ?? defaultPayload(kind);
  if (kind === "timestamp" && payload.length > MAX_TRAILING_BYTES) {
    throw new UsageError(
      `Cannot send ${payload.length} bytes after a timestamp message: expected at most ${MAX_TRAILING_BYTES}`,
      "--payload",
    );
  }
  const stampPayload = kind === "echo" && options.payload === undefined;
  const template = new ProbeTemplate({
    kind,
    source: sourceAddress ?? 0,
    ttl: options.ttl ?? 64,
    tos: options.tos ?? 0,
    dontFragment: options["path-mtu"] === "do",
    code: options.code ?? 0,
    receiveMs: options.receive ?? 0,
    transmitMs: options.transmit ?? 0,
    payload,
    stampPayload,
    badChecksum: options["bad-checksum"],
  });
  const alive = asksWhoIsAlive(options);
  const timeoutMs = options.timeout ?? (alive ? ALIVE_TIMEOUT_MS : DEFAULT_TIMEOUT_MS);
  const count = alive
    ? 1 + (options.retries ?? ALIVE_RETRIES)
    : options.loop
    ? Infinity
    : options.count ?? DEFAULT_COUNT;
  const intervalMs = options.interval ?? (alive ? timeoutMs : DEFAULT_INTERVAL_MS);
  checkSequences(count, intervalMs, timeoutMs);
  return {
    prober: {
      kind,
      template,
      payload,
      stampPayload,
      numberKey: randomHashKey(),
      identifier: options.identifier,
      firstSequence: options.sequence,
      stampAt: chooseStampMoment(options),
      count,
      intervalMs,
      spacingMs: options.spacing,
      groupMs: options.spacing === undefined ? GROUP_MS : undefined,
      timeoutMs,
      stopOnReply: alive,
      backoff: alive ? ALIVE_BACKOFF : undefined,
      deadlineMs: options.deadline,
      originateMs: options.originate,
      keepBytes: options.explain,
      keepStrays: options.verbose,
    },
    transport: {
      interfaceName,
      sourceAddress,
      mark: options.mark,
      icmpTypes: [kind === "echo" ? ECHO_REPLY : TIMESTAMP_REPLY, ...ICMP_ERROR_TYPES],
      datagramBytes: template.lengthBytes,
      kernelStamps: !options["user-stamps"],
      echo: options.echo
        ? { identifier: options.identifier, obstacle: findObstacle(options) }
        : undefined,
    },
    messageBytes: template.lengthBytes - 20,
  };
}

/** The option for which an echo run needs a raw socket, if there is one: the rest a socket without privilege can do. */
function findObstacle(options: Parsed<typeof PING_OPTIONS>): string | undefined {
  if (options["bad-checksum"]) return "--bad-checksum";
  if ((options.code ?? 0) !== 0) return "--code";
  // To the kernel 0 stands for any.
  if (options.identifier === 0) return "--identifier 0";
  // It prints the IPv4 header, which the kernel keeps to itself.
  return options.explain ? "--explain" : undefined;
}

/**
 * From when delays count, unless the user says so: the forms that stand in for other programs count the time in this
 * machine's own queue as those do; everything else measures the network.
 */
function chooseStampMoment(options: Parsed<typeof PING_OPTIONS>): "queue" | "driver" {
  const asked = options["stamp-at"];
  if (asked === "driver" && options["user-stamps"]) {
    throw new UsageError(
      "Cannot use --stamp-at driver with --user-stamps: the driver's stamps are the kernel's",
      "--stamp-at",
    );
  }
  if (asked !== undefined) return asked;
  const format = options.json ? "json" : options.format ?? "text";
  const standsIn = format === "fping" || format === "tsping" || options.echo && format === "text";
  return standsIn ? "queue" : "driver";
}

/** Whether the user wants to know who is alive, and not how far away. */
export function asksWhoIsAlive(options: Parsed<typeof PING_OPTIONS>): boolean {
  const alive = options.alive || options.unreachable || options.retries !== undefined;
  if (!alive) return false;
  for (const name of ["count", "loop"] as const) {
    if (options[name] === undefined || options[name] === false) continue;
    throw new UsageError(
      `Cannot use --${name} with --alive, --unreachable or --retries: want one or the other`,
      `--${name}`,
    );
  }
  return true;
}

/** A sequence number must not come round again while its probe may still be answered. */
function checkSequences(count: number, intervalMs: number, timeoutMs: number): void {
  if (count <= SEQUENCES || intervalMs * SEQUENCES > timeoutMs) return;
  const probes = count === Infinity ? "endless probes" : `${count} probes`;
  throw new UsageError(
    `Cannot wait ${timeoutMs} ms for each of ${probes} sent every ${intervalMs} ms: more than ` +
      `${SEQUENCES} would be out at once, want a longer --interval or a shorter --timeout`,
    "--timeout",
  );
}

function defaultPayload(kind: "timestamp" | "echo"): Uint8Array {
  return kind === "echo"
    ? Uint8Array.from({ length: ECHO_PAYLOAD_BYTES }, (_, i) => i)
    : new Uint8Array(0);
}
