/** The requests and replies of a capture, paired: what a live `ping` would have printed. */

import { annotateDatagram } from "../../../packet/annotate.ts";
import { formatMalformed, type ParseResult } from "../../../packet/malformed.ts";
import { formatAnnotated } from "../../../packet/mod.ts";
import {
  asDatagram,
  type CapturedContent,
  datagramAt,
} from "../../../packet/capture/captured_datagram.ts";
import type { CapturedPacket } from "../../../packet/capture/captured_packet.ts";
import type { CaptureReader } from "../../../packet/capture/capture_reader.ts";
import { ClockRecords } from "../../../record/clock_form.ts";
import { CAPTURE_CLOCK_TABLES, CAPTURE_TABLES } from "../../../record/capture_record.ts";
import { JsonReporter } from "../../../record/json_reporter.ts";
import { captureClockRemarks } from "../../../report/capture_clocks.ts";
import { CaptureCounter, formatCaptureCounts } from "../../../report/capture_counts.ts";
import { ClockReporter } from "../../../report/clock_reporter.ts";
import { kindOf } from "../../../report/capture_printer.ts";
import { CaptureReporter } from "../../../report/capture_reporter.ts";
import {
  type CaptureFollowerFactory,
  CaptureRun,
  describeCapture,
  followPings,
} from "../../../run/capture/capture_run.ts";
import { followClocks } from "../../../run/capture/follow_clocks.ts";
import type { EndInfo, RunInfo } from "../../../run/event.ts";
import type { ClockPicture } from "../../../run/run_state.ts";
import { terminalColumns, USUAL_COLUMNS, wrap } from "../../../terminal/width.ts";
import type { Reporter } from "../../../run/reporter.ts";
import { ExitCode, printError, VERSION } from "../../outcome.ts";
import type { CaptureTaker } from "./capture.ts";
import type { Decoding } from "./decoding.ts";

/** Opens the pairing of one capture; `name` is what the records call it. */
export function openPairing(name: string, decoding: Decoding): CaptureTaker {
  return new Pairing(name, decoding);
}

/** What is written of a capture. */
interface Outlet {
  readonly begin: (info: RunInfo) => void;
  readonly follow: CaptureFollowerFactory;
  readonly end: (info: EndInfo) => void;
}

/** What a live `ping` writes. */
function openPings({ sink, json, options }: Decoding): Outlet {
  const { teach } = options;
  const explain = teach
    ? (bytes: Uint8Array) => formatAnnotated(annotateDatagram(bytes))
    : undefined;
  const reporter: Reporter = json
    ? new JsonReporter(sink, { ...options, tables: CAPTURE_TABLES })
    : new CaptureReporter(sink, { ...options, numeric: true, explain });
  return {
    begin: (info) => reporter.run(info),
    follow: followPings(reporter, teach && !json),
    end: (info) => reporter.end(info),
  };
}

/** What a live `clock` writes. */
function openClocks(decoding: Decoding): Outlet {
  const { sink, json, options, system } = decoding;
  const form = json
    ? new ClockRecords(sink, { fields: options.fields, tables: CAPTURE_CLOCK_TABLES })
    : undefined;
  const reporter = new ClockReporter(sink, {
    ...{ form, quiet: options.quiet, numeric: true, terminal: undefined, probes: Infinity },
    columns: system.stdoutIsTerminal ? terminalColumns : undefined,
  });
  const listener = {
    report({ clocks, consensus }: ClockPicture) {
      if (json || clocks.length > 0) reporter.report(clocks, consensus, false);
      if (!json) captureClockRemarks(clocks).forEach((line) => sink.line(line));
    },
    remark: (text: string) => {
      if (options.verbose) printError(system, text);
    },
  };
  return {
    begin: (info) => reporter.run(info),
    follow: followClocks(listener),
    end(info) {
      reporter.end(info);
      if (json || info.capture === undefined) return;
      const { packets, kinds } = info.capture;
      sink.line(wrap(formatCaptureCounts(packets, kinds), USUAL_COLUMNS, 4));
    },
  };
}

/** How long a request of a capture waits for its answer, where neither the user nor the file says it. */
const DEFAULT_TIMEOUT_MS = 1000;

/** Feeds the packets of a capture to a run. */
class Pairing implements CaptureTaker {
  readonly #name: string;
  readonly #decoding: Decoding;
  readonly #counter = new CaptureCounter();
  readonly #outlet: Outlet;
  #run: CaptureRun | undefined;

  constructor(name: string, decoding: Decoding) {
    this.#name = name;
    this.#decoding = decoding;
    this.#outlet = decoding.options.clock ? openClocks(decoding) : openPings(decoding);
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
    const { header, fragment } = content.value;
    const datagram = asDatagram(content.value);
    this.#counter.add(
      fragment === undefined ? datagram?.message.kind ?? "cut short" : kindOf(content),
    );
    if (fragment === "later" && header !== undefined) return run.addFragment(header, packet);
    if (datagram === undefined) return;
    // Written out: this is done for every packet, and a spread makes an object of its own.
    run.add({
      header: datagram.header,
      message: datagram.message,
      bytes: datagramAt(packet.bytes, offset),
      isCut: content.value.isCut ?? false,
      unixSeconds,
      nanoseconds,
      direction,
    });
  }

  finish(reader: CaptureReader, isWhole: boolean): void {
    const run = this.#run ??= this.#start(reader);
    const result = run.finish(reader.end);
    const { packets, counts } = this.#counter;
    this.#outlet.end({
      ...result,
      reason: isWhole ? "complete" : "broken",
      exitCode: isWhole ? ExitCode.Ok : ExitCode.Unanswered,
      capture: describeCapture(packets, run.copies, counts),
    });
  }

  #start({ remark }: CaptureReader): CaptureRun {
    const { options, json } = this.#decoding;
    const { begin, follow } = this.#outlet;
    return new CaptureRun(
      {
        program: { command: "decode", version: VERSION },
        source: this.#name,
        timeoutMs: options.timeout ?? timeoutOf(remark) ?? DEFAULT_TIMEOUT_MS,
        capturedAt: options["captured-at"],
        explains: options.teach && !json,
      },
      begin,
      follow,
    );
  }
}

/** The timeout that `--write` has noted in its file, in milliseconds. */
function timeoutOf(remark: string | undefined): number | undefined {
  const match = remark?.match(/^icmptime [a-z]+, timeout (\d{1,8}(?:\.\d{1,9})?) ms$/);
  const timeoutMs = Number(match?.[1]);
  return timeoutMs > 0 ? timeoutMs : undefined;
}
