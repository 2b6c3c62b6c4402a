/** What is reported of a port, and of a configuration that was read again. */

import { formatListenAddress } from "../../../exporter/config.ts";
import type { LoadedConfig } from "./config_file.ts";
import type { Listening } from "./http_server.ts";
import { ProbeDesk } from "./probe_desk.ts";

/** What a configuration has the port opened with. */
export function listeningOf({ config: { listen }, tls }: LoadedConfig): Listening {
  return { address: listen, tls };
}

/** One line about a port that cannot be opened. */
export function whyNotListening({ config: { listen } }: LoadedConfig, error: Error): string {
  const isRefused = error instanceof Deno.errors.NotCapable;
  const reason = isRefused ? "deno was started without --allow-net" : error.message;
  return `Cannot listen on ${formatListenAddress(listen)}: ${reason}`;
}

/**
 * One line about a configuration that is in use now.
 *
 * @param targets such as `2 targets`
 * @param movedTo where the port is now, if it moved or has another certificate
 */
export function describeReload(
  before: LoadedConfig,
  after: LoadedConfig,
  targets: string,
  movedTo: string | undefined,
): string {
  return [
    `configuration reloaded: ${targets}`,
    ...movedTo === undefined ? [] : [`metrics at ${movedTo}/metrics`],
    ...after.tls !== undefined && after.tls === before.tls
      ? ["the certificate is as before, since its files cannot be read any more"]
      : [],
    ...fixedChanges(before, after).map((each) => `${each}: used after a restart`),
  ].join("; ");
}

/** What is used as it was at the start. */
function fixedChanges(before: LoadedConfig, after: LoadedConfig): string[] {
  const isChanged = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);
  const { config: old } = before, { config } = after;
  return [
    ...isChanged(ProbeDesk.kinds(old.probe), ProbeDesk.kinds(config.probe)) ||
        old.probe.atOnce !== config.probe.atOnce
      ? ["sockets of /probe"]
      : [],
  ];
}
