/** Renders answers in short steps, so that probes leave in time meanwhile, and shares them among requests. */

import { Exposition, type ExpositionFormat } from "../../../exporter/exposition.ts";
import { type ScrapeSources, writeScrape } from "../../../exporter/scrape.ts";

/** Longest step, milliseconds: probes of a group may wait for each other longer than that. */
const STEP_MS = 5;
/** Requests within this time share an answer, and those while it is made, milliseconds. */
const SHARED_MS = 1000;

/** Bytes of an answer, in pieces. */
export type RenderedPage = readonly Uint8Array[];

interface SharedPage {
  readonly startedMs: number;
  readonly page: Promise<RenderedPage>;
  isUnderWay: boolean;
}

/** Renders the answers of /metrics. */
export class PageRenderer {
  readonly #sources: () => ScrapeSources;
  readonly #onRendered: (processorMs: number) => void;
  readonly #nowMs: () => number;
  readonly #shared = new Map<ExpositionFormat, SharedPage>();

  /**
   * `sources` is called once for each rendering; `onRendered` receives the time that one took, without its pauses.
   *
   * @param nowMs a clock that is never set
   */
  constructor(
    sources: () => ScrapeSources,
    onRendered: (processorMs: number) => void,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#nowMs = nowMs;
    this.#sources = sources;
    this.#onRendered = onRendered;
  }

  /** The answer as it is now, or was when the one before was begun, less than a second ago or not yet complete. */
  render(format: ExpositionFormat): Promise<RenderedPage> {
    const startedMs = this.#nowMs();
    const shared = this.#shared.get(format);
    const isFresh = shared !== undefined &&
      (shared.isUnderWay || startedMs - shared.startedMs < SHARED_MS);
    if (isFresh) return shared.page;
    const page = this.#render(format).finally(() => next.isUnderWay = false);
    const next: SharedPage = { startedMs, page, isUnderWay: true };
    this.#shared.set(format, next);
    page.catch(() => this.#shared.delete(format));
    return page;
  }

  /** What was rendered so far is out of date. */
  forget(): void {
    this.#shared.clear();
  }

  async #render(format: ExpositionFormat): Promise<RenderedPage> {
    let stepMs = this.#nowMs();
    let processorMs = 0;
    const out = new Exposition(format);
    for (const _ of writeScrape(this.#sources(), out)) {
      const spentMs = this.#nowMs() - stepMs;
      if (spentMs < STEP_MS) continue;
      processorMs += spentMs;
      // By a timer, as the prober waits: a message to ourselves would always be first.
      await new Promise<void>((resolve) => setTimeout(resolve));
      stepMs = this.#nowMs();
    }
    this.#onRendered(processorMs + this.#nowMs() - stepMs);
    return out.take();
  }
}
