/** The screen of a run: redrawn four times a second, and at each key. */

import { freezeRow, readEcho, readTarget } from "../../../report/screen/target_row.ts";
import { drawWatch, type WatchPicture } from "../../../report/screen/watch_screen.ts";
import { WatchView } from "../../../report/screen/watch_view.ts";
import type { PingRun } from "../../../run/ping_run.ts";
import { FullScreen } from "../../../terminal/screen/full_screen.ts";
import { readKeys } from "../../../terminal/screen/key.ts";
import type { WatchSetup } from "./frame.ts";

/** What the screen needs of a watch. */
export type ScreenSetup = Pick<
  WatchSetup,
  "plan" | "terminal" | "style" | "hasColor" | "names" | "about" | "columnsMs"
>;

/** Between two pictures, milliseconds. */
const FRAME_MS = 250;

/** One wait for a key, milliseconds: the program ends no later than that after the screen. */
const KEY_WAIT_MS = 200;

/** Draws a run and follows the keys. */
export class LiveScreen {
  readonly #setup: ScreenSetup;
  readonly #run: PingRun;
  readonly #remark: () => string | undefined;
  readonly #screen: FullScreen;
  readonly #view: WatchView;
  #picture: WatchPicture | undefined;
  #startNs: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * Shows nothing before {@linkcode open}.
   *
   * @param remark a line about something that happened just now
   */
  constructor(
    setup: ScreenSetup,
    run: PingRun,
    remark: () => string | undefined,
  ) {
    this.#setup = setup;
    this.#run = run;
    this.#remark = remark;
    this.#view = new WatchView(0, setup.columnsMs.length);
    this.#screen = new FullScreen(setup.terminal, {
      hasColor: setup.hasColor,
      redraw: () => this.#draw(),
      onFailure: () => run.stop(),
    });
  }

  /** Takes the terminal over. */
  open(): void {
    this.#screen.open();
    this.#timer = setInterval(() => this.#refresh(), FRAME_MS);
    if (this.#setup.terminal.hasKeys) this.#followKeys();
  }

  /** Gives the terminal back. Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#screen.close();
  }

  /** Reads the run again, unless the picture is paused, and draws. */
  #refresh(): void {
    if (!this.#view.isPaused) this.#picture = undefined;
    this.#draw();
  }

  #draw(): void {
    const { terminal, style } = this.#setup;
    this.#picture ??= this.#read();
    const picture = { ...this.#picture, remark: this.#remark() };
    this.#screen.draw(drawWatch(picture, this.#view, terminal.size(), style));
  }

  #read(): WatchPicture {
    const { targets, monotonicNs } = this.#run.snapshot();
    this.#startNs ??= monotonicNs;
    const hasClocks = this.#view.mode === "clocks";
    const { names } = this.#setup;
    const { beside } = this.#run;
    const isOn = beside?.isOn ?? false;
    const echoes = beside?.snapshot()?.targets;
    const rows = targets.map((each, index) =>
      readTarget(each, monotonicNs, names, hasClocks, readEcho(echoes?.[index], isOn))
    );
    return {
      rows: this.#view.isPaused ? rows.map(freezeRow) : rows,
      nowNs: monotonicNs,
      elapsedS: (monotonicNs - this.#startNs) / 1e9,
      about: this.#setup.about(isOn),
      hasEchoKey: this.#setup.plan.prober.beside !== undefined,
      remark: undefined,
    };
  }

  /** Ends when the run does: the program does not wait for a key then. */
  async #followKeys(): Promise<void> {
    const { terminal } = this.#setup;
    try {
      for (let bytes; (bytes = await terminal.readKeys(KEY_WAIT_MS)) !== null;) {
        if (this.#timer === undefined) return;
        if (bytes.length === 0) continue;
        for (const key of readKeys(bytes)) this.#press(key);
        this.#draw();
      }
    } catch {
      // The terminal has gone, and a signal says so.
    }
  }

  #press(key: string): void {
    this.#picture ??= this.#read();
    const wasPaused = this.#view.isPaused;
    const shown = this.#view.order(this.#picture.rows);
    switch (this.#view.press(key, shown)) {
      case "quit":
        this.#run.stop();
        break;
      case "reset":
        this.#run.resetView();
        this.#picture = undefined;
        break;
      case "echo":
        this.#toggleEcho();
        break;
      case "redraw":
        this.#screen.forget();
        break;
    }
    // What stands still is read once more, and then no longer follows the run.
    if (key === "c" || this.#view.isPaused !== wasPaused) this.#picture = undefined;
  }

  /** Does nothing where echo requests are what the run sends. */
  #toggleEcho(): void {
    this.#run.beside?.toggle();
    this.#picture = undefined;
  }
}
