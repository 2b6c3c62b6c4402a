/** What tcpdump saw pass an interface, to the nanosecond. */

import type { Namespace } from "./namespace.ts";

/** One captured ICMP timestamp message. */
export interface CapturedTimestamp {
  /** It asks (type 13) or answers (type 14). */
  readonly kind: "query" | "reply";
  /** Sequence number. */
  readonly sequence: number;
  /** Seconds since 1970, the whole part. */
  readonly unixSeconds: number;
  /** The nanoseconds beyond. */
  readonly nanoseconds: number;
}

/** A tcpdump that is capturing. */
export interface Capture extends AsyncDisposable {
  /** Everything captured up to and including the reply to `lastSequence`. */
  until(lastSequence: number): Promise<CapturedTimestamp[]>;
}

/** Starts tcpdump on an interface and waits until it captures. */
export async function startCapture(namespace: Namespace, device: string): Promise<Capture> {
  const tcpdump = namespace.spawn([
    "tcpdump",
    "-i",
    device,
    "--time-stamp-precision=nano",
    "--immediate-mode",
    // Short frames: the kernel's ring holds as many as fit, each with room for a whole snapshot.
    "-s",
    "128",
    "-B",
    "16384",
    "-tt",
    "-n",
    "-l",
    "icmp",
  ]);
  await tcpdump.output(/listening on/, "stderr");
  return {
    async until(lastSequence) {
      await tcpdump.output(new RegExp(`time stamp reply id \\d+ seq ${lastSequence}\\b.*\\n`));
      return tcpdump.stdout.split("\n").flatMap(parseLine);
    },
    [Symbol.asyncDispose]: () => tcpdump[Symbol.asyncDispose](),
  };
}

function parseLine(line: string): CapturedTimestamp[] {
  const match = line.match(/^(\d+)\.(\d{9}) .* time stamp (query|reply) id \d+ seq (\d+)/);
  if (match === null) return [];
  const [, seconds, nanoseconds, kind, sequence] = match;
  return [{
    kind: kind === "query" ? "query" : "reply",
    sequence: Number(sequence),
    unixSeconds: Number(seconds),
    nanoseconds: Number(nanoseconds),
  }];
}
