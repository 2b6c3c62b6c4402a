/** Renders answers in short steps, so that probes leave in time meanwhile, and shares them among requests. */

import { Exposition, type ExpositionFormat } from "../../../exporter/exposition.ts";
import { type ScrapeSources, writeScrape } from "../../../exporter/scrape.ts";

/** Longest step, milliseconds: probes of a group may wait for each other longer than that. */
const STEP_MS = 5;
/** Requests within this time share an answer, milliseconds. */
const SHARED_MS = 1000;

/** Bytes of an answer, in pieces. */
export type RenderedPage = readonly Uint8Array[];

interface SharedPage {
  readonly startedMs: number;
  readonly page: Promise<RenderedPage>;
}

/** Renders the answers of /metrics. */
export class PageRenderer {
  readonly #sources: () => ScrapeSources;
  readonly #onRendered: (processorMs: number) => void;
  readonly #shared = new Map<ExpositionFormat, SharedPage>();

  /** `sources` is called once for each rendering; `onRendered` receives the time that one took, without its pauses. */
  constructor(sources: () => ScrapeSources, onRendered: (processorMs: number) => void) {
    this.#sources = sources;
    this.#onRendered = onRendered;
  }

  /** The answer as it is now, or was less than a second ago. */
  render(format: ExpositionFormat): Promise<RenderedPage> {
    const nowMs = performance.now();
    const shared = this.#shared.get(format);
    if (shared !== undefined && nowMs - shared.startedMs < SHARED_MS) return shared.page;
    const page = this.#render(format);
    this.#shared.set(format, { startedMs: nowMs, page });
    page.catch(() => this.#shared.delete(format));
    return page;
  }

  /** What was rendered so far is out of date. */
  forget(): void {
    this.#shared.clear();
  }

  async #render(format: ExpositionFormat): Promise<RenderedPage> {
    let stepMs = performance.now();
    let processorMs = 0;
    const out = new Exposition(format);
    for (const _ of writeScrape(this.#sources(), out)) {
      const spentMs = performance.now() - stepMs;
      if (spentMs < STEP_MS) continue;
      processorMs += spentMs;
      // By a timer, as the prober waits: a message to ourselves would always be first.
      await new Promise<void>((resolve) => setTimeout(resolve));
      stepMs = performance.now();
    }
    this.#onRendered(processorMs + performance.now() - stepMs);
    return out.take();
  }
}
