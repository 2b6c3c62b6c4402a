/** What tcpdump saw pass an interface: stamps to the nanosecond, or whole frames in a file. */

import type { Namespace } from "./namespace.ts";

/**
 * What every tcpdump here is told: hand over each packet at once, not a block of them (an incomplete one may keep the
 * last packets for a second), and short frames, since the kernel's ring holds as many as fit.
 */
const AT_ONCE = ["--immediate-mode", "-s", "128", "-n", "-l"];
/** Payload of a mark: longer than what anybody else here sends. */
const MARK_PAYLOAD_BYTES = 1000;
/** ICMP messages of this length, its header counted, are marks. */
const MARK_BYTES = MARK_PAYLOAD_BYTES + 8;

/** What {@linkcode captureToFile} captures. */
export interface FileCapture {
  /** Where tcpdump runs. */
  readonly at: Pick<Namespace, "spawn">;
  /** The interface. */
  readonly device: string;
  /** File that the frames go to. */
  readonly path: string;
  /** Where the mark is sent from, and to: it has to pass the interface behind all that `run` sends. */
  readonly mark: { readonly from: Pick<Namespace, "run">; readonly to: string };
  /** What goes on meanwhile. */
  readonly run: () => Promise<void>;
}

/**
 * Captures the first 128 bytes of all ICMP frames into a file while something goes on.
 *
 * A last echo request marks the end: once tcpdump has seen it, nothing that passed before is missing. In the file it
 * is what {@linkcode NOT_A_MARK} leaves out.
 */
export async function captureToFile({ at, device, path, mark, run }: FileCapture): Promise<void> {
  const words = ["-i", device, "-B", "65536", "-Z", "root", "-U", "-w", path, "--print", "icmp"];
  await using tcpdump = at.spawn(["tcpdump", ...AT_ONCE, ...words]);
  await tcpdump.output(/listening on/, "stderr");
  await run();
  const payload = ["-s", String(MARK_PAYLOAD_BYTES)];
  await mark.from.run(["ping", "-n", "-c", "1", "-W", "1", ...payload, mark.to]);
  await tcpdump.output(new RegExp(`ICMP echo request,.* length ${MARK_BYTES}\\b`));
  tcpdump.sendSignal("SIGINT");
  await tcpdump.result();
}

/** Filter of tshark for frames that are no mark of {@linkcode captureToFile}. */
export const NOT_A_MARK = `ip.len != ${20 + MARK_BYTES}`;

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
  const words = ["-i", device, "-B", "16384", "--time-stamp-precision=nano", "-tt", "icmp"];
  const tcpdump = namespace.spawn(["tcpdump", ...AT_ONCE, ...words]);
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
