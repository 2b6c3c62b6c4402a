/** A run as an iteration: it ends with its last value, a `break`, an exception of the caller, or its signal. */

import { ValueQueue } from "./value_queue.ts";

/** A run whose sockets are open. */
export interface IterableRun {
  /** Ends the run soon. */
  stop(): void;
  /** Ends the run without waiting for answers. */
  abort?(): void;
  /** Closes the sockets. */
  close(): void;
}

/**
 * Runs a run and yields what it pushes.
 *
 * @param open Opens the sockets; called with the first `next()`.
 * @param start Starts the run, which pushes its values to the queue and asks it for room.
 */
export async function* iterate<T, Run extends IterableRun>(
  open: () => Promise<Run>,
  start: (run: Run, queue: ValueQueue<T>) => Promise<unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, void> {
  if (signal?.aborted) return;
  const run = await open();
  const queue = new ValueQueue<T>();
  const end = () => run.abort === undefined ? run.stop() : run.abort();
  signal?.addEventListener("abort", end);
  // The signal may have fired while the sockets were being opened.
  if (signal?.aborted) end();
  const running = start(run, queue).then(() => queue.end(), (error) => queue.fail(error));
  try {
    yield* queue;
  } finally {
    signal?.removeEventListener("abort", end);
    end();
    queue.close();
    await running;
    run.close();
  }
}
