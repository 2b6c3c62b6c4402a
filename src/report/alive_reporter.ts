/** Lists of who answers and who does not, one target a line, as fping -a and -u print them. */

import type { ReplyEvent, UnsentEvent } from "./event.ts";
import type { LineSink } from "./line_sink.ts";
import type { Reporter } from "./reporter.ts";
import { safeText } from "./safe_text.ts";
import type { TargetSummary } from "./target_statistics.ts";

/** Which lists are wanted. */
export interface AliveReporterOptions {
  /** The targets that answer, and nothing else. */
  readonly alive: boolean;
  /** The targets that do not, and nothing else. */
  readonly unreachable: boolean;
  /** Where the reasons for sending nothing are told. */
  readonly errors: LineSink;
}

/** Writes each target once. With neither list chosen, says of each which it is. */
export class AliveReporter implements Reporter {
  readonly #sink: LineSink;
  readonly #options: AliveReporterOptions;
  readonly #both: boolean;
  readonly #told = new Set<number>();

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: AliveReporterOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#both = options.alive === options.unreachable;
  }

  /** There is no heading. */
  run(): void {}

  /** Requests have no line. */
  sent(): void {}

  /** Writes a target at its first answer. */
  reply({ probe }: ReplyEvent): void {
    const { index, label } = probe.target;
    if (this.#told.has(index)) return;
    this.#told.add(index);
    if (this.#both) this.#sink.line(`${safeText(label)} is alive`);
    else if (this.#options.alive) this.#sink.line(safeText(label));
  }

  /** A refusal is no answer. */
  refused(): void {}

  /** A timeout is no answer. */
  timeout(): void {}

  /** Tells why nothing was sent. */
  unsent({ outcome }: UnsentEvent): void {
    this.#options.errors.line(`icmptime: ${outcome.error.message}`);
    this.#options.errors.flush();
  }

  /** Strays are no answers. */
  stray(): void {}

  /** Writes a target that never answered. */
  summary({ target }: TargetSummary): void {
    if (this.#told.has(target.index)) return;
    this.#told.add(target.index);
    if (this.#both) this.#sink.line(`${safeText(target.label)} is unreachable`);
    else if (this.#options.unreachable) this.#sink.line(safeText(target.label));
  }

  /** There is no end line. */
  end(): void {}
}
