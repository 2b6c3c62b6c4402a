/** An exporter from its sockets to its end. */

import {
  type ExporterConfig,
  formatListenAddress,
  type GroupConfig,
} from "../../../exporter/config.ts";
import { RequestCounts } from "../../../exporter/request_counts.ts";
import type { ScrapeSources } from "../../../exporter/scrape.ts";
import { ExitCode, isSystemError, printError, VERSION } from "../../outcome.ts";
import type { System } from "../../system.ts";
import { gatherTargets } from "../../targets/gather_targets.ts";
import { GroupRun } from "./group_run.ts";
import { HttpServer } from "./http_server.ts";
import { PageRenderer } from "./page_renderer.ts";
import { readProcessFigures } from "./process_figures.ts";
import { answerRequest } from "./routes.ts";

/** Probes and serves until a signal ends it; returns the exit code. */
export async function runSession(config: ExporterConfig, system: System): Promise<ExitCode> {
  const groups: GroupRun[] = [];
  try {
    for (const group of config.groups) {
      const opened = await openGroup(group, system);
      if (opened === undefined) return ExitCode.Unresolved;
      groups.push(opened);
    }
    const remainder = system.dropPrivileges();
    if (remainder !== undefined) printError(system, remainder);
    return await serve(config, groups, system);
  } finally {
    for (const group of groups) group.close();
  }
}

/** Undefined where no word gave a target. */
async function openGroup(config: GroupConfig, system: System): Promise<GroupRun | undefined> {
  const list = await gatherTargets(config.targets, config.files, system, {
    exclude: config.exclude,
    excludeFiles: config.excludeFiles,
    keepsUnresolved: true,
  });
  if (list === undefined) return undefined;
  const remark = (text: string) => printError(system, text);
  return await GroupRun.open({ config, targets: list.targets, remark }, system);
}

/** Serves what the groups show, once root is given up. */
async function serve(
  { listen, limits }: ExporterConfig,
  groups: readonly GroupRun[],
  system: System,
): Promise<ExitCode> {
  const requests = new RequestCounts();
  const own = new Set(system.scan.ownAddresses());
  const reload = { isSuccessful: true, loadedAtS: Math.round(Date.now()) / 1e3 };
  const sources = (): ScrapeSources => ({
    groups: groups.map((group) => group.source()),
    isOwnAddress: (address) => own.has(address),
    program: {
      version: VERSION,
      runtime: `deno ${Deno.version.deno}`,
      reload,
      requests,
      localClock: system.diagnostics.readClock(),
      process: readProcessFigures(),
    },
  });
  const renderer = new PageRenderer(sources, (ms) => requests.renderMs = ms);
  const routes = { renderer, isReady: () => true };
  const server = new HttpServer(limits, requests, (request) => answerRequest(request, routes));
  const address = await openPort(server, listen, system);
  if (address === undefined) return ExitCode.System;
  try {
    const count = groups.reduce((sum, { series }) => sum + series.targets.length, 0);
    const targets = count === 1 ? "1 target" : `${count} targets`;
    printError(system, `${targets}; metrics at http://${formatListenAddress(address)}/metrics`);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      system.onSignal(signal, () => groups.forEach((group) => group.stop()));
    }
    await Promise.all(groups.map((group) => group.run()));
    return ExitCode.Ok;
  } finally {
    server.close();
  }
}

/** Undefined, after one line, where the system refuses the port. */
async function openPort(server: HttpServer, listen: ExporterConfig["listen"], system: System) {
  try {
    return await server.listen(listen);
  } catch (error) {
    if (!(error instanceof Error) || isSystemError(error)) throw error;
    const { code } = error as { code?: string };
    if (code === undefined || error instanceof Deno.errors.NotCapable) throw error;
    printError(system, `Cannot listen on ${formatListenAddress(listen)}: ${error.message}`);
    return undefined;
  }
}
