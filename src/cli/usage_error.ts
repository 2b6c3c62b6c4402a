/** The command line is wrong: one line for the user, exit code 3. */

/** Something the user typed that cannot be done. */
export class UsageError extends Error {
  /** The option concerned as the user would write it, or `undefined` for a positional argument. */
  readonly option: string | undefined;
  /** What was typed for it. */
  readonly value: string | undefined;

  /** `message` is one line, `Cannot <verb> <object>: <state, and what is wanted>`. */
  constructor(message: string, option?: string, value?: string) {
    super(message);
    this.name = "UsageError";
    this.option = option;
    this.value = value;
  }
}
