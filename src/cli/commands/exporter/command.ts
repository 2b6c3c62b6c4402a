/** `icmptime exporter`: from words to exit code. */

import { CHANGE_BUCKETS_S, RTT_BUCKETS_S } from "../../../exporter/buckets.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_LISTEN,
  type ExporterConfig,
  type ListenAddress,
  parseListenAddress,
} from "../../../exporter/config.ts";
import type { CommandLine } from "../../options/option.ts";
import type { ExitCode } from "../../outcome.ts";
import type { System } from "../../system.ts";
import type { EXPORTER_OPTIONS } from "./options.ts";
import { runSession } from "./session.ts";

/** Group of the hosts of the command line. */
const DEFAULT_GROUP = "default";

/**
 * Runs `exporter` until a signal ends it; returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runExporter(
  line: CommandLine<typeof EXPORTER_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  return await runSession(configOfLine(line), system);
}

/** The configuration that the command line alone makes. */
function configOfLine(
  { options, operands }: CommandLine<typeof EXPORTER_OPTIONS>,
): ExporterConfig {
  return {
    listen: parseListenAddress(options.listen ?? DEFAULT_LISTEN) as ListenAddress,
    limits: DEFAULT_LIMITS,
    groups: [{
      name: DEFAULT_GROUP,
      targets: operands,
      files: options.file,
      exclude: options.exclude.flat(),
      excludeFiles: options["exclude-file"],
      message: options.echo ? "echo" : "timestamp",
      intervalMs: options.interval,
      timeoutMs: options.timeout,
      source: options.interface,
      mark: options.mark,
      ttl: options.ttl,
      tos: options.tos,
      labels: {},
      buckets: { rttS: RTT_BUCKETS_S, changeS: CHANGE_BUCKETS_S },
    }],
  };
}
