/** An exporter from its sockets to its end. */

import type { ProbeModule } from "../../../exporter/config.ts";
import type { ReloadState } from "../../../exporter/reload_state.ts";
import { RequestCounts } from "../../../exporter/request_counts.ts";
import type { ScrapeSources } from "../../../exporter/scrape.ts";
import { countOf } from "../../../terminal/quantity.ts";
import { ExitCode, isSystemError, printError, UsageError, VERSION } from "../../outcome.ts";
import { privilegeHint } from "../../privileges.ts";
import type { ConnectionBreaker, System } from "../../system.ts";
import type { LoadedConfig } from "./config_file.ts";
import { HttpServer, type PreparedMove } from "./http_server.ts";
import { PageRenderer } from "./page_renderer.ts";
import { planModule } from "./plans.ts";
import { ProbeDesk } from "./probe_desk.ts";
import { NoTargetError, Probing } from "./probing.ts";
import { readProcessFigures } from "./process_figures.ts";
import { describeReload, listeningOf, whyNotListening } from "./reload_text.ts";
import { answerRequest } from "./routes.ts";
import { SocketPool } from "./socket_pool.ts";

/** Idle sockets for groups that a reloaded configuration may add: root is given up by then. */
const SPARE_SOCKETS = 2;

/** Reads the configuration again; throws a UsageError where it cannot be used. */
export type ConfigSource = (former: LoadedConfig) => Promise<LoadedConfig>;

/**
 * Probes and serves until a signal ends it; returns the exit code.
 *
 * @param again undefined where nothing can be read again
 */
export async function runSession(
  loaded: LoadedConfig,
  again: ConfigSource | undefined,
  system: System,
): Promise<ExitCode> {
  const session = new ExporterSession(loaded, again, system);
  try {
    return await session.run();
  } catch (error) {
    if (!(error instanceof NoTargetError)) throw error;
    printError(system, error.message);
    return error.exitCode;
  } finally {
    session.close();
  }
}

class ExporterSession {
  readonly #system: System;
  readonly #again: ConfigSource | undefined;
  readonly #sockets: SocketPool;
  readonly #requests = new RequestCounts();
  readonly #desk: ProbeDesk;
  readonly #probing: Probing;
  readonly #renderer: PageRenderer;
  readonly #ownAddresses: ReadonlySet<number>;
  #loaded: LoadedConfig;
  #server: HttpServer | undefined;
  #reload: ReloadState = { isSuccessful: true, loadedAtS: nowS() };
  /** The reload that is under way; the next one waits for it. */
  #reloading: Promise<string | undefined> = Promise.resolve(undefined);
  #end: (error?: unknown) => void = () => {};

  constructor(loaded: LoadedConfig, again: ConfigSource | undefined, system: System) {
    this.#system = system;
    this.#again = again;
    this.#loaded = loaded;
    this.#sockets = new SocketPool(
      (options) => system.openTransport(options),
      (error) => printError(system, `${error.message}; the run goes on`),
    );
    this.#desk = new ProbeDesk(loaded.config.probe, system, this.#sockets, this.#requests);
    this.#probing = new Probing(system, this.#sockets, (error) => this.#end(error));
    this.#renderer = new PageRenderer(
      () => this.#sources(),
      (processorMs) => this.#requests.renderMs = processorMs,
    );
    this.#ownAddresses = new Set(system.scan.ownAddresses());
  }

  async run(): Promise<ExitCode> {
    await this.#open();
    const breaker = await this.#system.loadConnectionBreaker();
    const remainder = this.#system.dropPrivileges();
    if (remainder !== undefined) printError(this.#system, remainder);
    const server = this.#server = this.#listen(breaker);
    if (server === undefined) return ExitCode.System;
    const ended = new Promise<unknown>((resolve) => this.#end = resolve);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      this.#system.onSignal(signal, () => this.#end());
    }
    this.#system.onSignal("SIGHUP", () => void this.#readAgain());
    this.#probing.start();
    void server.serve(this.#handler());
    const targets = countOf(this.#probing.targets, "target");
    printError(this.#system, `${targets}; metrics at ${server.url}/metrics`);
    const error = await ended;
    server.close();
    await this.#probing.end();
    if (error !== undefined) throw error;
    return ExitCode.Ok;
  }

  close(): void {
    this.#sockets.close();
  }

  /** Opens what may be needed until the end: afterwards nothing more can be. */
  async #open(): Promise<void> {
    const { config } = this.#loaded;
    const setups = await this.#probing.locate(config.groups);
    await this.#probing.open(setups);
    for (const kind of ProbeDesk.kinds(config.probe)) {
      await this.#sockets.reserve(kind, config.probe.atOnce);
    }
    if (this.#again !== undefined) await this.#reserveSpares();
  }

  /** Without them the exporter serves as well: echo alone may need no raw socket. */
  async #reserveSpares(): Promise<void> {
    const { transport } = planModule(PLAIN_MODULE);
    const { config: { probe } } = this.#loaded;
    const text = JSON.stringify(transport);
    const isShared = ProbeDesk.kinds(probe).some((kind) => JSON.stringify(kind) === text);
    try {
      await this.#sockets.reserve(transport, SPARE_SOCKETS + (isShared ? probe.atOnce : 0));
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  /** Undefined, after one line, where the system refuses the port. */
  #listen(breaker: ConnectionBreaker): HttpServer | undefined {
    try {
      return HttpServer.open(listeningOf(this.#loaded), {
        counts: this.#requests,
        breaker,
        failed: (error) => this.#end(error),
        limits: () => this.#loaded.config.limits,
      });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      printError(this.#system, whyNotListening(this.#loaded, error));
      return undefined;
    }
  }

  #handler(): Parameters<HttpServer["serve"]>[0] {
    const routes = {
      renderer: this.#renderer,
      desk: this.#desk,
      users: () => this.#loaded.users,
      reload: () => this.#loaded.config.reloadByHttp ? this.#readAgain() : undefined,
    };
    return (request) => answerRequest(request, routes);
  }

  #sources(): ScrapeSources {
    return {
      groups: this.#probing.sources(),
      isOwnAddress: (address) => this.#ownAddresses.has(address),
      program: {
        version: VERSION,
        runtime: `deno ${Deno.version.deno}`,
        reload: this.#reload,
        requests: this.#requests,
        localClock: this.#system.diagnostics.readClock(),
        process: readProcessFigures(),
      },
    };
  }

  /** Reads the configuration again; resolves to why it cannot be used. */
  #readAgain(): Promise<string | undefined> {
    this.#reloading = this.#reloading.then(() => this.#replace());
    return this.#reloading;
  }

  /** Throws a UsageError where the system refuses the port, or the certificate cannot be used. */
  #prepareMove(loaded: LoadedConfig): PreparedMove | undefined {
    try {
      return this.#server?.prepare(listeningOf(loaded));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new UsageError(whyNotListening(loaded, error));
    }
  }

  async #replace(): Promise<string | undefined> {
    const again = this.#again;
    if (again === undefined) return undefined;
    try {
      const before = this.#loaded;
      const loaded = await again(before);
      const setups = await this.#probing.locate(loaded.config.groups);
      const move = this.#prepareMove(loaded);
      try {
        await this.#probing.replace(setups);
      } catch (error) {
        move?.abort();
        throw error;
      }
      this.#desk.config = loaded.config.probe;
      this.#loaded = loaded;
      await move?.commit().catch((error) => {
        // Tried again with the next reload.
        const { listen } = before.config;
        this.#loaded = { ...loaded, tls: before.tls, config: { ...loaded.config, listen } };
        throw new UsageError(whyNotListening(loaded, error));
      });
      this.#reload = { isSuccessful: true, loadedAtS: nowS() };
      const targets = countOf(this.#probing.targets, "target");
      const movedTo = move === undefined ? undefined : this.#server?.url;
      printError(this.#system, describeReload(before, loaded, targets, movedTo));
      return undefined;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const isExpected = error instanceof UsageError || isSystemError(error);
      const hint = privilegeHint(error, this.#system.diagnostics);
      const text = isExpected ? `${error.message}${hint && NEEDS_RESTART}` : `${error}`;
      this.#reload = { ...this.#reload, isSuccessful: false };
      printError(this.#system, `configuration not reloaded, the old one is in use: ${text}`);
      return text;
    } finally {
      this.#renderer.forget();
    }
  }
}

const NEEDS_RESTART = "; root was given up, so this needs a restart";

const PLAIN_MODULE: ProbeModule = {
  message: "timestamp",
  count: 1,
  intervalMs: 1000,
  timeoutMs: 1000,
  source: [],
  mark: undefined,
  ttl: 64,
  tos: 0,
};

function nowS(): number {
  return Math.round(Date.now()) / 1e3;
}
