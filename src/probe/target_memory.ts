/** What a run has learned of each target from its answers to one kind of probe. */

import type { ProbeMessage } from "./message/message.ts";
import type { Probe } from "./probe.ts";

/** Values by message and target. Filled as answers come, since most targets of a large run may never answer. */
export class TargetMemory<Value> {
  readonly #byMessage = new Map<ProbeMessage, (Value | undefined)[]>();

  /** What is known of the target of `probe` by answers to probes with the same message. */
  get({ message, target }: Probe): Value | undefined {
    return this.#byMessage.get(message)?.[target.index];
  }

  /** Remembers a value for the target of `probe` and for its message alone. */
  set({ message, target }: Probe, value: Value): void {
    const values = this.#byMessage.get(message);
    if (values !== undefined) {
      values[target.index] = value;
      return;
    }
    const made: (Value | undefined)[] = [];
    made[target.index] = value;
    this.#byMessage.set(message, made);
  }

  /** Forgets a target: another host has its name now. */
  forget(targetIndex: number): void {
    for (const values of this.#byMessage.values()) values[targetIndex] = undefined;
  }
}
