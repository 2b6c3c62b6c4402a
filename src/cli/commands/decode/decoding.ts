/** What every part of one `decode` needs. */

import type { LineSink } from "../../../terminal/line_sink.ts";
import type { Parsed } from "../../options/option.ts";
import type { System } from "../../system.ts";
import type { DECODE_OPTIONS } from "./options.ts";

/** One run of `decode`. */
export interface Decoding {
  /** Streams and files of this machine. */
  readonly system: System;
  /** Receives the output. */
  readonly sink: LineSink;
  /** Print JSON Lines. */
  readonly json: boolean;
  /** The options as they were given. */
  readonly options: Parsed<typeof DECODE_OPTIONS>;
  /** When the timestamps were taken, Unix time in milliseconds; undefined where the source says it. */
  readonly atUnixMs: number | undefined;
  /** Standard output cannot be written any more. */
  readonly isClosed: () => boolean;
}
