/** A whole command on a simulated machine, and all that it wrote, as one text. */

import { dispatch } from "../../src/cli/dispatch.ts";
import { VERSION } from "../../src/cli/outcome.ts";
import { setColorEnabled } from "../../src/terminal/color.ts";
import { FakeSystem, type FakeSystemOptions } from "./fake_system.ts";

/** One or more command lines over the same network. */
export interface Transcript {
  /** Name of its file, without the ending. */
  readonly name: string;
  /** What is true of the network: what the output is to be checked against. */
  readonly truth: readonly string[];
  /** Command lines, without the program's name; words are separated by single blanks. */
  readonly commands: readonly string[];
  /** The machine and its network. */
  readonly machine: FakeSystemOptions;
  /** Addresses of names, look-up by look-up, the last for ever; undefined where the name is not known then. */
  readonly moves?: Readonly<Record<string, readonly (number | undefined)[]>>;
}

/** A machine for whose resolver names move. */
class MovingSystem extends FakeSystem {
  override readonly resolver: FakeSystem["resolver"];

  constructor(options: FakeSystemOptions, moves: NonNullable<Transcript["moves"]>) {
    super(options);
    const turns = new Map<string, number>();
    this.resolver = {
      resolve: (name) => {
        const moved = moves[name] ?? [];
        const turn = turns.get(name) ?? 0;
        turns.set(name, turn + 1);
        const address = moved[Math.min(turn, moved.length - 1)];
        return Promise.resolve(
          address === undefined
            ? { ok: false, reason: "unresolved", message: "Name or service not known" }
            : { ok: true, addresses: [address] },
        );
      },
    };
  }
}

/** Runs the commands, each on a machine of its own, and writes down what a user sees. */
export async function transcribe(transcript: Transcript): Promise<string> {
  const { truth, commands, machine, moves = {} } = transcript;
  const pieces = truth.map((line) => `# ${line}\n`);
  for (const command of commands) {
    setColorEnabled(false);
    const system = new MovingSystem(machine, moves);
    const exitCode = await dispatch(command.split(" "), system);
    pieces.push(`\n$ icmptime ${command}\n`, system.stdout.text);
    if (system.stderr.text !== "") {
      pieces.push("--- standard error\n", endLine(visible(system.stderr.text)));
    }
    pieces.push(`--- exit code ${exitCode}\n`);
  }
  // What clockdiff prints first is the time of day here, which no simulation holds still.
  return pieces.join("").replaceAll(VERSION, "VERSION").replaceAll(
    /^\d{10}(?= -?\d+ -?\d+$)/gm,
    "NOW",
  );
}

function endLine(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** The text with the codes of a terminal in letters, each rewriting of a line on a line of its own. */
function visible(text: string): string {
  return text.replaceAll("\r", "\\r").replaceAll("\x1b", "\\e").replaceAll(/(?<=.)\\r/g, "\n\\r");
}
