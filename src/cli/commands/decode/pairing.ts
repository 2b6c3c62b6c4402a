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

/** Feeds the packets of a capture to a run. */
class Pairing implements CaptureTaker {
  readonly #counter = new CaptureCounter();
  readonly #reporter: Reporter;
  readonly #run: CaptureRun;

  constructor(name: string, decoding: Decoding) {
    const { options } = decoding;
    const reporter = openReporter(decoding);
    this.#reporter = reporter;
    this.#run = new CaptureRun(
      {
        program: { command: "decode", version: VERSION },
        source: name,
        timeoutMs: options.timeout,
        capturedAt: options["captured-at"],
        explains: options.teach && !decoding.json,
      },
      (info) => reporter.run(info),
      followPings(reporter),
    );
  }

  get packets(): number {
    return this.#counter.packets;
  }

  skip(why: string): void {
    this.#counter.add(why);
  }

  take(packet: CapturedPacket, offset: number, content: ParseResult<CapturedContent>): void {
    const { unixSeconds, nanoseconds, direction } = packet;
    if (Number.isNaN(unixSeconds)) return this.skip("without a time");
    if (!content.ok) {
      this.#counter.add(kindOf(content));
      return this.#run.addMalformed(formatMalformed(content.malformed), packet);
    }
    const datagram = asDatagram(content.value);
    this.#counter.add(datagram?.message.kind ?? "cut short");
    if (datagram === undefined) return;
    this.#run.add({
      ...datagram,
      ...{ bytes: packet.bytes.subarray(offset), isCut: content.value.isCut ?? false },
      ...{ unixSeconds, nanoseconds, direction },
    });
  }

  finish(reader: CaptureReader, isWhole: boolean): void {
    const result = this.#run.finish(reader.end);
    const { packets, counts } = this.#counter;
    this.#reporter.end({
      ...result,
      reason: isWhole ? "complete" : "broken",
      exitCode: isWhole ? ExitCode.Ok : ExitCode.Unanswered,
      capture: describeCapture(packets, this.#run.copies, counts),
    });
  }
}
