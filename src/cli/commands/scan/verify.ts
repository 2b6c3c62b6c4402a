/** `scan --verify`: whether the shards whose metadata are given are together the whole of one scan. */

import {
  type Coverage,
  type CoverageGap,
  judgeCoverage,
  parseShardRun,
} from "../../../scan/coverage.ts";
import { LineSink } from "../../../terminal/line_sink.ts";
import { countOf, formatCount } from "../../../terminal/quantity.ts";
import { safeText, shortText } from "../../../terminal/safe_text.ts";
import { readShortFile } from "../../files.ts";
import { printOutputError } from "../../output/output_file.ts";
import { ExitCode, UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";

/** Metadata list 1000 blocks at most. */
const MAX_METADATA_BYTES = 1 << 20;

/**
 * Reads the metadata files, prints the judgement and returns the exit code: 0 for a whole scan.
 *
 * @throws {UsageError} No file is given, or one cannot be read or holds no metadata.
 */
export async function runVerify(files: readonly string[], system: System): Promise<ExitCode> {
  if (files.length === 0) {
    throw new UsageError(
      "No metadata given: expected files of scan --metadata, e.g. icmptime scan --verify meta-*.json",
    );
  }
  const runs = [], remarks = [];
  const seen = new Map<string, string>();
  for (const file of files) {
    const text = await readShortFile(file, MAX_METADATA_BYTES, system);
    const same = seen.get(text);
    if (text === "") {
      remarks.push(`${safeText(file)}: empty, so its run still goes on or was killed`);
      continue;
    }
    if (same !== undefined) {
      remarks.push(`${safeText(file)}: the same as ${safeText(same)}, counted once`);
      continue;
    }
    seen.set(text, file);
    const run = parseShardRun(file, text);
    if (typeof run === "string") throw new UsageError(`Cannot verify ${shortText(file)}: ${run}`);
    runs.push(run);
  }
  const coverage = runs.length === 0 ? undefined : judgeCoverage(runs);
  const isComplete = coverage !== undefined && isWhole(coverage);
  let code: ExitCode = isComplete ? ExitCode.Ok : ExitCode.Unanswered;
  const sink = new LineSink(system.stdout, (error) => {
    printOutputError(error, system);
    code = ExitCode.System;
  });
  const lines = coverage === undefined
    ? ["incomplete: no run has ended"]
    : formatCoverage(coverage);
  for (const line of [...lines, ...remarks]) sink.line(line);
  sink.flush();
  await sink.drain();
  return code;
}

/** Properties of a scan whose names in metadata are no words. */
const PROPERTIES: Readonly<Record<string, string>> = {
  shards: "number of shards",
  of_scan: "number of addresses",
  probes_per_target: "number of probes for each target",
};

function isWhole({ gaps, strangers }: Coverage): boolean {
  return gaps.length === 0 && strangers.length === 0;
}

/** The judgement as lines: whole or not, then what is missing, then what is there twice. */
export function formatCoverage(coverage: Coverage): string[] {
  const { shards, gaps, strangers, repeated, uncounted, sent, answered } = coverage;
  const lacking = new Set(gaps.map(({ shard }) => shard)).size;
  const counts = `${formatCount(sent)} probes sent, ${formatCount(answered)} hosts answered`;
  return [
    isWhole(coverage)
      ? `complete: ${countOf(shards, "shard")}, ${counts}`
      : `incomplete: ${lacking} of ${countOf(shards, "shard")} lacking, ${counts}`,
    ...gaps.map((gap) => `shard ${gap.shard}/${shards}: ${formatGap(gap)}`),
    ...strangers.map(({ file, property }) =>
      `${safeText(file)}: of another scan, its ${PROPERTIES[property] ?? property} differs`
    ),
    ...repeated.map((shard) =>
      `shard ${shard}/${shards}: probed more than once in part, count each address once`
    ),
    ...uncounted.map(({ shard, count }) =>
      `shard ${shard}/${shards}: ${
        countOf(count, "probe")
      } more by a run that left no metadata, known from its checkpoint`
    ),
  ];
}

function formatGap({ kind, count = 0, position = 0 }: CoverageGap): string {
  const probes = countOf(count, "probe");
  switch (kind) {
    case "absent":
      return "no metadata: not finished, or its file is not among these";
    case "unfinished":
      return `ended at position ${formatCount(position)}, ${probes} missing: resume it`;
    case "hole":
      return `${probes} missing from position ${formatCount(position)}`;
    case "unsent":
      return `${probes} not sent`;
    case "replies-lost":
      return `${countOf(count, "reply", "replies")} lost on its machine`;
  }
}
