/** The span of time that all charts show together. */

/** Seconds of Unix time. */
export interface Span {
  /** Start. */
  readonly fromS: number;
  /** End. */
  readonly toS: number;
}

/** Zooming in ends here, in seconds. */
const LEAST_SPAN_S = 0.01;

/** Keeps the span, and announces changes. */
export class View {
  /** All there is. */
  readonly whole: Span;
  #span: Span;
  readonly #listeners: ((span: Span) => void)[] = [];

  /** Starts with all there is. */
  constructor(whole: Span) {
    this.whole = whole;
    this.#span = whole;
  }

  /** What is shown now. */
  get span(): Span {
    return this.#span;
  }

  /** Part of the whole is shown. */
  get isZoomed(): boolean {
    return this.#span !== this.whole;
  }

  /** Calls `listener` with each new span. */
  onChange(listener: (span: Span) => void): void {
    this.#listeners.push(listener);
  }

  /** Shows a span, kept within the whole. */
  show({ fromS, toS }: Span): void {
    const { whole } = this;
    const length = Math.min(
      Math.max(toS - fromS, LEAST_SPAN_S),
      whole.toS - whole.fromS,
    );
    const start = Math.min(Math.max(fromS, whole.fromS), whole.toS - length);
    const isWhole = length >= whole.toS - whole.fromS;
    this.#span = isWhole ? whole : { fromS: start, toS: start + length };
    for (const listener of this.#listeners) listener(this.#span);
  }

  /** Shows `factor` times as much, around a moment. */
  zoom(
    factor: number,
    aroundS: number = (this.#span.fromS + this.#span.toS) / 2,
  ): void {
    const { fromS, toS } = this.#span;
    this.show({
      fromS: aroundS - (aroundS - fromS) * factor,
      toS: aroundS + (toS - aroundS) * factor,
    });
  }

  /** Moves by a share of what is shown. */
  pan(share: number): void {
    const { fromS, toS } = this.#span;
    const byS = (toS - fromS) * share;
    this.show({ fromS: fromS + byS, toS: toS + byS });
  }

  /** Shows all. */
  reset(): void {
    this.show(this.whole);
  }
}
