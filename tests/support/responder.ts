/** `icmptime respond` in a namespace of its own, for tests. */

import type { CommandResult, RunningCommand } from "./command.ts";
import { Namespace } from "./namespace.ts";
import { type Program, SOURCE_PROGRAM } from "./program.ts";

/** A responder that answers. */
export class RunningResponder implements AsyncDisposable {
  /** Where it runs. */
  readonly namespace: Namespace;
  /** The process. */
  readonly command: RunningCommand;

  private constructor(namespace: Namespace, command: RunningCommand) {
    this.namespace = namespace;
    this.command = command;
  }

  /** Starts one with these words in a new namespace, and waits until it answers. */
  static async open(
    words: readonly string[],
    { program = SOURCE_PROGRAM, env = {}, timeoutMs = 60_000 }: {
      readonly program?: Program;
      readonly env?: Readonly<Record<string, string>>;
      readonly timeoutMs?: number;
    } = {},
  ): Promise<RunningResponder> {
    const namespace = await Namespace.open();
    try {
      const command = namespace.spawn(program.argv("respond", ...words), { env, timeoutMs });
      await command.output(/^Answering for .*\n/m);
      return new RunningResponder(namespace, command);
    } catch (error) {
      await namespace.close();
      throw error;
    }
  }

  /** Ends it with a signal, and returns how it ended. */
  end(signal: Deno.Signal = "SIGINT"): Promise<CommandResult> {
    this.command.sendSignal(signal);
    return this.command.result();
  }

  /** Ends it and removes the namespace. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.command[Symbol.asyncDispose]();
    await this.namespace.close();
  }
}
