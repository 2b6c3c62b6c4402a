/** What the script of icmptime gives to the module that loads it. */

import { realSystem, run } from "../../src/cli/run.ts";

/** The program, as `globalThis.icmptime`. */
export interface LoadedProgram {
  /** Runs it; returns the exit code. */
  readonly run: typeof run;
  /** The machine on which it runs. */
  readonly realSystem: typeof realSystem;
}

(globalThis as { icmptime?: LoadedProgram }).icmptime = { run, realSystem };
