/** Renders answers in short steps, so that probes leave in time meanwhile, and shares them among requests. */

import { Exposition, type ExpositionFormat } from "../../../prometheus/exposition.ts";
import { PiecePool } from "../../../prometheus/piece_pool.ts";
import { type ScrapeSources, writeScrape } from "../../../exporter/scrape.ts";

/** Longest step, milliseconds: probes of a group may wait for each other longer than that. */
const STEP_MS = 5;
/** Requests within this time share an answer, and those while it is made, milliseconds. */
const SHARED_MS = 1000;

/** A page of metrics with its header fields. */
export interface RenderedPage {
  /** The page in pieces, in order, so that no copy of the whole is made. */
  readonly pieces: readonly Uint8Array[];
  /** Must be called when they are of no use any more: their buffers are used again then. */
  readonly release: () => void;
}

/** An answer, and for how many requests and whether for later ones it is kept. */
class SharedPage {
  readonly startedMs: number;
  readonly pieces: Promise<Uint8Array<ArrayBuffer>[]>;
  isUnderWay = true;
  readonly #pool: PiecePool;
  #users = 1;

  constructor(startedMs: number, pieces: Promise<Uint8Array<ArrayBuffer>[]>, pool: PiecePool) {
    this.startedMs = startedMs;
    this.pieces = pieces.finally(() => this.isUnderWay = false);
    this.#pool = pool;
  }

  /** For one more request. */
  async use(): Promise<RenderedPage> {
    this.#users++;
    let isReleased = false;
    const pieces = await this.pieces;
    return {
      pieces,
      release: () => {
        if (!isReleased) this.release();
        isReleased = true;
      },
    };
  }

  /** For one user less. */
  release(): void {
    if (--this.#users > 0) return;
    // One that failed has no buffers.
    this.pieces.then((pieces) => this.#pool.giveBack(pieces), () => {});
  }
}

/** Renders the answers of /metrics. */
export class PageRenderer {
  readonly #sources: () => ScrapeSources;
  readonly #onRendered: (processorMs: number) => void;
  readonly #nowMs: () => number;
  readonly #pool = new PiecePool();
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
    if (isFresh) return shared.use();
    shared?.release();
    const next = new SharedPage(startedMs, this.#render(format), this.#pool);
    this.#shared.set(format, next);
    // It has no buffers to give back.
    next.pieces.catch(() => {
      if (this.#shared.get(format) === next) this.#shared.delete(format);
    });
    return next.use();
  }

  /** What was rendered so far is out of date. */
  forget(): void {
    for (const shared of this.#shared.values()) shared.release();
    this.#shared.clear();
  }

  async #render(format: ExpositionFormat): Promise<Uint8Array<ArrayBuffer>[]> {
    let stepMs = this.#nowMs();
    let processorMs = 0;
    const out = new Exposition(format, this.#pool);
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
