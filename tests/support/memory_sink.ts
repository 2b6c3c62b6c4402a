/** Sinks for tests: one that keeps what it gets, one that fails as it is told. */

import type { ByteSink } from "../../src/terminal/line_sink.ts";

/** Keeps all bytes. */
export class MemorySink implements ByteSink {
  #text = "";
  #pieces = 0;
  readonly #decoder = new TextDecoder();

  /** Everything written so far. */
  get text(): string {
    return this.#text;
  }

  /** The lines written so far, without their line breaks. */
  get lines(): string[] {
    return this.#text.split("\n").slice(0, -1);
  }

  /** How often something was written. */
  get pieces(): number {
    return this.#pieces;
  }

  /** Takes all. */
  writeSync(bytes: Uint8Array): number {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    this.#pieces++;
    return bytes.length;
  }
}

/** Takes as many bytes as the script says, call by call, or throws what it holds; all when the script is over. */
export class ScriptedSink extends MemorySink {
  readonly #script: (number | Error)[];

  /** Follows the script. */
  constructor(script: readonly (number | Error)[]) {
    super();
    this.#script = [...script];
  }

  /** Takes some. */
  override writeSync(bytes: Uint8Array): number {
    const next = this.#script.shift() ?? bytes.length;
    if (next instanceof Error) throw next;
    return super.writeSync(bytes.subarray(0, next));
  }
}
