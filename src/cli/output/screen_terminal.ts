/** The terminal of this process, for a full screen. */

import type { ByteSink } from "../../terminal/output_queue.ts";
import type { Terminal, TerminalEvents } from "../../terminal/screen/terminal.ts";

/** What the runtime cannot do. */
export interface TerminalParts {
  /** Standard output. */
  readonly output: ByteSink;
  /** Stops this process until SIGCONT. */
  readonly stop: () => void;
  /** See {@linkcode Terminal.readKeys}. */
  readonly readKeys: Terminal["readKeys"];
}

/** Standard input and output as a terminal; undefined where standard output is none. */
export function openTerminal({ output, stop, readKeys }: TerminalParts): Terminal | undefined {
  if (!Deno.stdout.isTerminal() || Deno.env.get("TERM") === "dumb") return undefined;
  const hasKeys = Deno.stdin.isTerminal();
  return {
    output,
    hasKeys,
    size: () => Deno.consoleSize(),
    setKeyMode(isOn) {
      if (!hasKeys) return;
      try {
        Deno.stdin.setRaw(isOn, { cbreak: true });
      } catch {
        // The terminal has gone: there is nothing to restore.
      }
    },
    readKeys,
    listen,
    stop,
  };
}

function listen({ resized, stopping, resumed, ending }: TerminalEvents): () => void {
  const signals = [["SIGWINCH", resized], ["SIGTSTP", stopping], ["SIGCONT", resumed]] as const;
  for (const [signal, handler] of signals) Deno.addSignalListener(signal, handler);
  // The last two: a fault of this program, after which nothing else is called.
  const ends = ["unload", "error", "unhandledrejection"] as const;
  for (const end of ends) globalThis.addEventListener(end, ending);
  return () => {
    for (const [signal, handler] of signals) Deno.removeSignalListener(signal, handler);
    for (const end of ends) globalThis.removeEventListener(end, ending);
  };
}
