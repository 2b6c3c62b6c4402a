/** The files that a report is made from: plain or gzipped, read piece by piece. */

import type { LogReader } from "../../../log/log_reader.ts";
import { LineSplitter } from "../../../log/line_splitter.ts";
import { systemReason } from "../../files.ts";
import { gunzip, GzipError, isGzip } from "../../gunzip.ts";
import { UsageError } from "../../outcome.ts";
import { nameOf } from "../../output/report_file.ts";
import { countOf } from "../../../terminal/quantity.ts";
import type { System } from "../../system.ts";

/**
 * Reads one file to its end.
 *
 * @returns why it could not be read further; undefined where it was read to its end
 * @throws {UsageError} Nothing of it can be read.
 */
export async function readLog(
  path: string,
  reader: LogReader,
  system: Pick<System, "readBytes">,
): Promise<string | undefined> {
  const splitter = new LineSplitter(reader);
  let hasBegun = false, trouble: string | undefined;
  const before = reader.counts.lines;
  reader.nextFile();
  try {
    for await (const chunk of plain(system.readBytes(path))) {
      hasBegun = true;
      splitter.push(chunk);
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = error instanceof GzipError ? error.message : systemReason(error);
    const lines = countOf(reader.counts.lines - before, "line");
    if (!hasBegun) throw new UsageError(`Cannot read ${nameOf(path)}: ${reason}`);
    trouble = `Cannot read ${nameOf(path)} to its end: ${reason} after ${lines}`;
  }
  splitter.end();
  return trouble;
}

/** The bytes of a file, those of a gzipped one unpacked. */
async function* plain(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const all = async function* () {
    yield first.value;
    for (;;) {
      const { value, done } = await iterator.next();
      if (done === true) return;
      yield value;
    }
  };
  yield* isGzip(first.value) ? gunzip(all()) : all();
}
