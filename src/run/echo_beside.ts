/** Echo requests beside the timestamp requests of a run, switched on and off while it lasts, with statistics of their own. */

import type { Prober } from "../probe/prober.ts";
import type { Clock } from "../time/mod.ts";
import type { RunRecorder } from "./run_recorder.ts";
import { type RunSnapshot, RunState } from "./run_state.ts";
import { StateView } from "./state_view.ts";

/** The parts of a run that they go through. */
export interface EchoBesideParts {
  /** Statistics of the timestamp requests. */
  readonly state: RunState;
  /** Reports both. */
  readonly recorder: RunRecorder;
  /** Sends both. */
  readonly prober: Prober;
  /** Clock of the run. */
  readonly clock: Clock;
  /** Lengths of the columns of histories, in milliseconds. */
  readonly columnsMs: readonly number[];
}

/** The switch, and what was counted. */
export class EchoBeside {
  readonly #parts: EchoBesideParts;
  #isOn = false;
  /** Made when they are first switched on. */
  #counted: { readonly state: RunState; readonly view: StateView } | undefined;

  /** Sends no echo requests until it is switched on. */
  constructor(parts: EchoBesideParts) {
    this.#parts = parts;
  }

  /** They are sent now. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Switches them on, or off. */
  toggle(): void {
    this.#isOn = !this.#isOn;
    if (this.#counted === undefined) {
      const { state, recorder, clock, columnsMs } = this.#parts;
      const targets = state.statistics.map(({ target }) => target);
      // Nothing is drawn of them but the latest numbers.
      const view = new StateView(targets, columnsMs.slice(0, 1));
      this.#counted = { state: new RunState(targets, clock, view), view };
      recorder.countBeside(this.#counted.state);
    }
    this.#parts.prober.setBeside(this.#isOn);
  }

  /** What they have shown, target by target; undefined before they are first switched on. */
  snapshot(): RunSnapshot | undefined {
    return this.#counted?.state.snapshot();
  }

  /** Snapshots show what happens from now on. */
  resetView(): void {
    this.#counted?.view.reset();
  }
}
