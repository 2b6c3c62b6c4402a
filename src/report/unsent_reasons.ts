/** Why probes were not sent, gathered where no line of their own says so. */

import type { SendError } from "../probe/transport.ts";

/** Reasons that are counted separately; the rest are counted together. */
const MAX_REASONS = 4;

/** Counts refusals of the kernel by their kind. */
export class UnsentReasons {
  readonly #reasons = new Map<string, { readonly message: string; count: number }>();
  #others = 0;

  /** A probe was refused. */
  add({ syscall, code, message }: SendError): void {
    const kind = `${syscall} ${code}`;
    const known = this.#reasons.get(kind);
    if (known !== undefined) known.count++;
    else if (this.#reasons.size < MAX_REASONS) this.#reasons.set(kind, { message, count: 1 });
    else this.#others++;
  }

  /** One line for each reason, with the first refusal of that kind. */
  lines(): string[] {
    const lines = [...this.#reasons.values()].map(({ message, count }) =>
      `${count} not sent: ${message}${count > 1 ? ", …" : ""}`
    );
    if (this.#others > 0) lines.push(`${this.#others} not sent for other reasons`);
    return lines;
  }
}
