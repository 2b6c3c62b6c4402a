/** Logs as `ping --json`, `clock --json` and `audit --json` write them, of any length, with what is asked for inside. */

/** 27 November 2026, 00:00 UTC, Unix time in seconds. */
export const LOG_START_S = 1_795_737_600;

/** What one probe met. */
export interface ProbeFate {
  /** false: it timed out. */
  readonly isAnswered?: boolean;
  /** Delay out, above the least of 5 ms. */
  readonly outMs?: number;
  /** Delay back, above the least of 5 ms. */
  readonly backMs?: number;
  /** Wait in the local queue. */
  readonly queueMs?: number;
  /** How far the remote clock is ahead. */
  readonly clockMs?: number;
  /** Time to live of the reply. */
  readonly ttl?: number;
  /** Flags of the reply. */
  readonly flags?: readonly string[];
}

/** How a log of ping is made. */
export interface PingLog {
  /** Names of the targets; the address is the name where it is one. */
  readonly targets: readonly string[];
  /** Probes for each. */
  readonly count: number;
  /** Seconds between two probes to one target. */
  readonly intervalS: number;
  /** What the probe `index` of target number `target` met. */
  readonly fate?: (index: number, target: number) => ProbeFate;
}

const LEAST_MS = 5;

function round(ms: number): number {
  return Math.round(ms * 1e3) / 1e3;
}

/** The record that begins a run. */
export function runLine(command: string, targets: number, timeS: number = LOG_START_S): string {
  return JSON.stringify({
    ...{ type: "run", schema_version: 2, version: "0.1.0", command, time: timeS, targets },
    ...{ message: "timestamp", interval_ms: 1000, timeout_ms: 1000, socket: "raw" },
    ...{ stamp_source: "kernel", stamp_at: "driver" },
  });
}

/** The record of one probe. */
export function probeLine(target: string, index: number, timeS: number, fate: ProbeFate): string {
  const { isAnswered = true, outMs = 0, backMs = 0, queueMs = 0.003, ttl = 57, flags = [] } = fate;
  const { clockMs = 0 } = fate;
  const address = /^[\d.]+$/.test(target) ? target : "192.0.2.200";
  const identity = { target, address, time: timeS, probe: index, sequence: index & 0xffff };
  if (!isAnswered) return JSON.stringify({ type: "timeout", ...identity, identifier: 4711 });
  const rttMs = 2 * LEAST_MS + outMs + backMs;
  const dayMs = Math.floor((timeS * 1e3) % 86_400_000);
  const offsetMs = clockMs + (outMs - backMs) / 2;
  return JSON.stringify({
    ...{ type: "reply", ...identity, identifier: 4711, ttl, length_bytes: 20 },
    ...{ rtt_ms: round(rttMs), queue_ms: round(queueMs), stamp_source: "kernel" },
    ...{ originate_ms: dayMs, receive_ms: dayMs + 5, transmit_ms: dayMs + 5 },
    ...{ arrival_ms: dayMs + Math.round(rttMs), out_ms: round(LEAST_MS + outMs) },
    ...{ back_ms: round(LEAST_MS + backMs), offset_ms: round(offsetMs) },
    ...{
      offset_lower_ms: round(offsetMs - rttMs / 2),
      offset_upper_ms: round(offsetMs + rttMs / 2),
    },
    ...{ out_change_ms: round(outMs), back_change_ms: round(backMs), reading: "standard", flags },
  });
}

/** The lines of a log of ping. */
export function* pingLines({ targets, count, intervalS, fate }: PingLog): Generator<string> {
  yield runLine("ping", targets.length);
  for (let index = 0; index < count; index++) {
    for (const [number, target] of targets.entries()) {
      const timeS = LOG_START_S + index * intervalS + number * intervalS / targets.length;
      yield probeLine(target, index, Number(timeS.toFixed(6)), fate?.(index, number) ?? {});
    }
  }
  const timeS = LOG_START_S + count * intervalS;
  yield JSON.stringify({ type: "end", time: timeS, reason: "complete", exit_code: 0 });
}

/** A number from 0 to 1 that looks random and is the same in every run (a hash by Wang Yi, "wyhash32", shortened). */
export function noise(seed: number): number {
  let x = Math.imul(seed ^ 0x53c5ca59, 0x74743c1b);
  x ^= x >>> 15;
  x = Math.imul(x, 0x2c1b3c6d);
  x ^= x >>> 13;
  return (x >>> 0) / 2 ** 32;
}

/** Delays of an ordinary day: exponential jitter, a busy evening on the way back, now and then a loss. */
export function ordinaryDay(index: number, of: number, target: number = 0): ProbeFate {
  const seed = index * 7919 + target * 104_729;
  if (noise(seed) < 0.002) return { isAnswered: false };
  const busy = Math.max(0, Math.sin((index / of - 0.6) * Math.PI * 4)) * (index / of > 0.6 ? 8 : 0);
  return {
    outMs: -Math.log(1 - noise(seed + 1)) * 0.4,
    backMs: -Math.log(1 - noise(seed + 2)) * (0.4 + busy),
    queueMs: 0.003 + (noise(seed + 3) < 0.001 ? 3 * noise(seed + 4) : 0),
  };
}

/** Writes lines to a file, many at a time. */
export async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  let text = "";
  const flush = async () => {
    let bytes = encoder.encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(await file.write(bytes));
    text = "";
  };
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length > 1 << 16) await flush();
  }
  await flush();
}

/** What one host of an audit was found to be. */
export interface AuditedHost {
  /** As it was written; its address too, where it is one. */
  readonly name: string;
  /** Verdict of the record. */
  readonly verdict: string;
  /** Offset in milliseconds; none for a host that shows no time. */
  readonly offsetMs?: number;
  /** Labels. */
  readonly labels: readonly string[];
}

/** A network in which most clocks are right, some show local time, some are off, some show none. */
export function auditedNetwork(count: number): AuditedHost[] {
  return Array.from({ length: count }, (_, i): AuditedHost => {
    const name = `10.${i >> 16 & 255}.${i >> 8 & 255}.${i & 255}`;
    const kind = noise(i * 31 + 7);
    if (kind < 0.01) return { name, verdict: "unreadable", labels: ["stuck"] };
    if (kind < 0.015) return { name, verdict: "unreadable", labels: ["constant-zero", "lazy"] };
    if (kind < 0.03) {
      return { name, verdict: "wrong", offsetMs: -5 * 3_600_000 + noise(i), labels: ["time-zone"] };
    }
    if (kind < 0.05) {
      return { name, verdict: "wrong", offsetMs: (noise(i + 3) - 0.5) * 600_000, labels: ["lazy"] };
    }
    if (kind < 0.2) return { name, verdict: "silent", labels: [] };
    return { name, verdict: "right", offsetMs: (noise(i + 5) - 0.5) * 40, labels: ["lazy"] };
  });
}

/** The lines of an audit. */
export function* auditLines(hosts: readonly AuditedHost[]): Generator<string> {
  yield runLine("audit", hosts.length);
  for (const { name, verdict, offsetMs, labels } of hosts) {
    yield JSON.stringify({
      ...{ type: "host", target: name, address: name, time: LOG_START_S + 5, verdict, labels },
      evidence: labels.map(() => "19/19"),
      ...(offsetMs === undefined ? {} : {
        reading: "standard",
        offset_ms: round(offsetMs),
        offset_lower_ms: round(offsetMs - 0.4),
        offset_upper_ms: round(offsetMs + 0.4),
      }),
      nonconforming: verdict === "unreadable" ? ["updated-15-times-a-second"] : [],
      ...{ sent: 13, received: verdict === "silent" ? 0 : 13, rtt_min_ms: 0.4, ttl: 64 },
    });
  }
  yield JSON.stringify({
    ...{ type: "consensus", time: LOG_START_S + 6, hosts: hosts.length, tolerance_ms: 0 },
    ...{ agreeing: Math.round(hosts.length * 0.8), has_majority: true },
    ...{ consensus_lower_ms: -0.3, consensus_upper_ms: 0.3, local_clock: "right" },
    ...{ falsetickers: [], not_counted: [] },
  });
  yield JSON.stringify({ type: "end", time: LOG_START_S + 6, reason: "complete", exit_code: 1 });
}
