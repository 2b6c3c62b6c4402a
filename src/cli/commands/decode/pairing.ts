/** The requests and replies of a capture, paired: what a live `ping` would have printed. */

import { annotateDatagram } from "../../../packet/annotate.ts";
import { formatMalformed, type ParseResult } from "../../../packet/malformed.ts";
import { formatAnnotated } from "../../../packet/mod.ts";
import { asDatagram, type CapturedContent } from "../../../packet/capture/captured_datagram.ts";
import type { CapturedPacket } from "../../../packet/capture/captured_packet.ts";
import type { CaptureReader } from "../../../packet/capture/capture_reader.ts";
import { CAPTURE_TABLES } from "../../../record/capture_record.ts";
import { JsonReporter } from "../../../record/json_reporter.ts";
import { CaptureCounter } from "../../../report/capture_counts.ts";
import { kindOf } from "../../../report/capture_printer.ts";
import { CaptureReporter } from "../../../report/capture_reporter.ts";
import { CaptureRun, describeCapture, followPings } from "../../../run/capture/capture_run.ts";
import type { Reporter } from "../../../run/reporter.ts";
import { ExitCode, VERSION } from "../../outcome.ts";
import type { CaptureTaker } from "./capture.ts";
import type { Decoding } from "./decoding.ts";

/** Opens the pairing of one capture; `name` is what the records call it. */
export function openPairing(name: string, decoding: Decoding): CaptureTaker {
  return new Pairing(name, decoding);
}

function openReporter({ sink, json, options }: Decoding): Reporter {
  if (json) return new JsonReporter(sink, { ...options, tables: CAPTURE_TABLES });
  const explain = options.teach
    ? (bytes: Uint8Array) => formatAnnotated(annotateDatagram(bytes))
    : undefined;
  return new CaptureReporter(sink, { ...options, numeric: true, explain });
}

/** How long a request of a capture waits for its answer, where neither the user nor the file says it. */
const DEFAULT_TIMEOUT_MS = 1000;

/** Feeds the packets of a capture to a run. */
class Pairing implements CaptureTaker {
  readonly #name: string;
  readonly #decoding: Decoding;
  readonly #counter = new CaptureCounter();
  readonly #reporter: Reporter;
  #run: CaptureRun | undefined;

  constructor(name: string, decoding: Decoding) {
    this.#name = name;
    this.#decoding = decoding;
    this.#reporter = openReporter(decoding);
  }

  get packets(): number {
    return this.#counter.packets;
  }

  skip(why: string): void {
    this.#counter.add(why);
  }

  take(
    packet: CapturedPacket,
    offset: number,
    content: ParseResult<CapturedContent>,
    reader: CaptureReader,
  ): void {
    const { unixSeconds, nanoseconds, direction } = packet;
    if (Number.isNaN(unixSeconds)) return this.skip("without a time");
    const run = this.#run ??= this.#start(reader);
    if (!content.ok) {
      this.#counter.add(kindOf(content));
      return run.addMalformed(formatMalformed(content.malformed), packet);
    }
    const datagram = asDatagram(content.value);
    this.#counter.add(datagram?.message.kind ?? "cut short");
    if (datagram === undefined) return;
    run.add({
      ...datagram,
      ...{ bytes: packet.bytes.subarray(offset), isCut: content.value.isCut ?? false },
      ...{ unixSeconds, nanoseconds, direction },
    });
  }

  finish(reader: CaptureReader, isWhole: boolean): void {
    const run = this.#run ??= this.#start(reader);
    const result = run.finish(reader.end);
    const { packets, counts } = this.#counter;
    this.#reporter.end({
      ...result,
      reason: isWhole ? "complete" : "broken",
      exitCode: isWhole ? ExitCode.Ok : ExitCode.Unanswered,
      capture: describeCapture(packets, run.copies, counts),
    });
  }

  #start({ remark }: CaptureReader): CaptureRun {
    const { options, json } = this.#decoding;
    const reporter = this.#reporter;
    return new CaptureRun(
      {
        program: { command: "decode", version: VERSION },
        source: this.#name,
        timeoutMs: options.timeout ?? timeoutOf(remark) ?? DEFAULT_TIMEOUT_MS,
        capturedAt: options["captured-at"],
        explains: options.teach && !json,
      },
      (info) => reporter.run(info),
      followPings(reporter),
    );
  }
}

/** The timeout that `--write` has noted in its file, in milliseconds. */
function timeoutOf(remark: string | undefined): number | undefined {
  const match = remark?.match(/^icmptime [a-z]+, timeout (\d{1,8}(?:\.\d{1,9})?) ms$/);
  const timeoutMs = Number(match?.[1]);
  return timeoutMs > 0 ? timeoutMs : undefined;
}
