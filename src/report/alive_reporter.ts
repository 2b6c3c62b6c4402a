/** Lists of who answers and who does not, one target a line, as fping -a and -u print them. */

import { endRemarks } from "./end_remarks.ts";
import type { EndInfo, ReplyEvent, UnsentEvent } from "../run/event.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import type { Reporter } from "../run/reporter.ts";
import { safeText } from "../terminal/safe_text.ts";
import type { TargetSummary } from "../run/target_statistics.ts";

/** Which lists are printed. */
export interface AliveReporterOptions {
  /** The targets that answer, and nothing else. */
  readonly alive: boolean;
  /** The targets that do not, and nothing else. */
  readonly unreachable: boolean;
  /** Where the reasons for sending nothing are printed. */
  readonly errors: LineSink;
}

/** Writes each target once. With neither list chosen, says of each which it is. */
export class AliveReporter implements Reporter {
  readonly #sink: LineSink;
  readonly #options: AliveReporterOptions;
  readonly #both: boolean;
  readonly #listed = new Set<number>();
  readonly #silent = new Map<number, string>();

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: AliveReporterOptions) {
    this.#sink = sink;
    this.#options = options;
    const neither = !options.alive && !options.unreachable;
    this.#both = neither || options.alive && options.unreachable;
  }

  /** There is no heading. */
  run(): void {}

  /** Requests have no line. */
  sent(): void {}

  /** Writes a target at its first answer. */
  reply({ probe }: ReplyEvent): void {
    const { index, label } = probe.target;
    if (this.#listed.has(index)) return;
    this.#listed.add(index);
    if (this.#both) this.#sink.line(`${safeText(label)} is alive`);
    else if (this.#options.alive) this.#sink.line(safeText(label));
  }

  /** An ICMP error is no answer. */
  icmpError(): void {}

  /** A timeout is no answer. */
  timeout(): void {}

  /** Prints why nothing was sent. */
  unsent({ outcome }: UnsentEvent): void {
    this.#options.errors.line(`icmptime: ${outcome.error.message}`);
    this.#options.errors.flush();
  }

  /** Strays are no answers. */
  stray(): void {}

  /** Notes a target that has not answered: in mid-run it may still do so. */
  summary({ target }: TargetSummary): void {
    if (!this.#listed.has(target.index)) this.#silent.set(target.index, target.label);
  }

  /** Writes the targets that never answered. */
  end(info: EndInfo): void {
    for (const line of endRemarks(info)) this.#options.errors.line(`icmptime: ${line}`);
    this.#options.errors.flush();
    for (const [index, label] of this.#silent) {
      if (this.#listed.has(index)) continue;
      if (this.#both) this.#sink.line(`${safeText(label)} is unreachable`);
      else if (this.#options.unreachable) this.#sink.line(safeText(label));
    }
  }
}
