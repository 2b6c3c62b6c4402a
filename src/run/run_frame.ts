/**
 * The frame of every run, whatever it measures: open sockets, open the output, drop privileges, obey signals, run, write
 * the last record, drain the output, close.
 */

import type { RunMachine } from "./machine.ts";

/** A run whose sockets are open. */
export interface OpenRun {
  /** Ends the run soon; may be called at any time, and twice. */
  stop(): void;
  /** Ends the run at once, where {@linkcode OpenRun.stop} still waits for answers. */
  abort?(): void;
  /** Closes the sockets. */
  close(): void;
}

/** The destination of a run's results, open for writing. */
export interface OpenOutput {
  /** Calls `handler` once, when the results cannot be written any more. */
  onFailure(handler: () => void): void;
  /** Reports one line that is no result. */
  remark(text: string): void;
  /** A signal ends the run: a reader that does not read is not waited for. */
  hurry(): void;
  /** Continues in the file that has the path now; undefined where results do not go to a file. */
  readonly reopen: (() => void) | undefined;
  /** The records that follow are not lost where the output fails: they are written elsewhere. */
  secure(): void;
  /** Writes all, and waits for the reader. */
  drain(): Promise<void>;
  /** Closes the file. */
  close(): void;
}

/** The parts of a run that the frame puts in order. */
export interface RunFrame<Run extends OpenRun, Output extends OpenOutput, Result> {
  /** Opens the sockets, with the privileges of the program. */
  openRun(): Promise<Run>;
  /** Opens the files, with the rights of the caller. */
  openOutput(run: Run): Promise<Output>;
  /** Runs to the end; the first record is written here. */
  run(run: Run, output: Output): Promise<Result>;
  /** SIGQUIT: reports the state, and the run goes on. */
  showState(run: Run, output: Output): void;
  /** Writes the last record. */
  end(result: Result, output: Output): void | Promise<void>;
}

/** What is left of a deadline that counts from the start of the program, in milliseconds; undefined for none. */
export function remainingMs(
  deadlineMs: number | undefined,
  machine: Pick<RunMachine, "elapsedMs">,
): number | undefined {
  return deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - machine.elapsedMs());
}

/**
 * Runs a frame from its sockets to its last record. `conclude` is called when all is written, and gives what the caller
 * needs: the output may have failed with the very last record.
 */
export async function runFrame<Run extends OpenRun, Output extends OpenOutput, Result, Conclusion>(
  frame: RunFrame<Run, Output, Result>,
  machine: Pick<RunMachine, "dropPrivileges" | "onSignal">,
  conclude: (result: Result, output: Output) => Conclusion,
): Promise<Conclusion> {
  const run = await frame.openRun();
  try {
    const output = await frame.openOutput(run);
    try {
      const remainder = machine.dropPrivileges();
      if (remainder !== undefined) output.remark(remainder);
      output.onFailure(() => {
        if (run.abort === undefined) run.stop();
        else run.abort();
      });
      obeySignals(frame, run, output, machine);
      const result = await frame.run(run, output).finally(() => output.secure());
      await frame.end(result, output);
      await output.drain();
      return conclude(result, output);
    } catch (error) {
      await output.drain();
      throw error;
    } finally {
      output.close();
    }
  } finally {
    run.close();
  }
}

/**
 * SIGINT, SIGTERM and SIGHUP end a run, also while nothing reads its output; SIGUSR1 continues in the file that now has
 * the name of the old one, as logrotate(8) expects; SIGQUIT shows the state. The handlers stay: a second signal must not
 * cost the results that are being written.
 */
function obeySignals<Run extends OpenRun, Output extends OpenOutput, Result>(
  frame: RunFrame<Run, Output, Result>,
  run: Run,
  output: Output,
  machine: Pick<RunMachine, "onSignal">,
): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    machine.onSignal(signal, () => {
      run.stop();
      output.hurry();
    });
  }
  if (output.reopen !== undefined) machine.onSignal("SIGUSR1", output.reopen);
  machine.onSignal("SIGQUIT", () => frame.showState(run, output));
}
