/** `icmptime exporter`: from words to exit code. */

import { CHANGE_BUCKETS_S, RTT_BUCKETS_S } from "../../../prometheus/buckets.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_LISTEN,
  type ExporterConfig,
  type ListenAddress,
  NO_PROBE,
  parseListenAddress,
} from "../../../exporter/config.ts";
import type { CommandLine } from "../../options/option.ts";
import { ExitCode, UsageError } from "../../outcome.ts";
import { printText } from "../../output/output_file.ts";
import type { System } from "../../system.ts";
import type { LoadedConfig } from "./config_file.ts";
import type { EXPORTER_OPTIONS } from "./options.ts";
import { planGroup } from "./plans.ts";
import { runSession } from "./session.ts";

/** Group of the hosts of the command line. */
const DEFAULT_GROUP = "default";

/** The command line. */
export type ExporterLine = CommandLine<typeof EXPORTER_OPTIONS>;

/**
 * Runs `exporter` until a signal ends it; returns the exit code.
 *
 * @throws {UsageError} The command line or the configuration is wrong.
 */
export async function runExporter(line: ExporterLine, system: System): Promise<ExitCode> {
  const { options: { config: path, check, listen }, operands } = line;
  if (path === undefined) return await runLine(line, system);
  if (operands.length > 0) {
    throw new UsageError(
      `Cannot probe ${operands[0]} besides a configuration: expected --config FILE or targets`,
    );
  }
  const { loadConfigFile } = await import("./config_file.ts");
  const read = async (former?: LoadedConfig) =>
    listenAt(listen, await loadConfigFile(path, system, former));
  const loaded = await read();
  if (!check) return await runSession(loaded, read, system);
  const { groups } = loaded.config;
  return await printText(system, `${path} is right; groups: ${groups.length}\n`);
}

/** Runs what the command line says. A reload reads its files again, and looks its names up. */
async function runLine(line: ExporterLine, system: System): Promise<ExitCode> {
  const config = configOfLine(line);
  config.groups.forEach(planGroup);
  const { file, "exclude-file": excludeFile } = line.options;
  // Standard input is read once.
  const isReadable = ![...file, ...excludeFile].includes("-");
  const again = isReadable ? (former: LoadedConfig) => Promise.resolve(former) : undefined;
  return await runSession({ config, tls: undefined, users: [] }, again, system);
}

/** `--listen` goes before the configuration. */
function listenAt(text: string | undefined, loaded: LoadedConfig): LoadedConfig {
  if (text === undefined) return loaded;
  const listen = parseListenAddress(text) as ListenAddress;
  return { ...loaded, config: { ...loaded.config, listen } };
}

/** The configuration that the command line alone makes. */
function configOfLine({ options, operands }: ExporterLine): ExporterConfig {
  return {
    listen: parseListenAddress(options.listen ?? DEFAULT_LISTEN) as ListenAddress,
    limits: DEFAULT_LIMITS,
    tls: undefined,
    users: [],
    reloadByHttp: false,
    probe: NO_PROBE,
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
