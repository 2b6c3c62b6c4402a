/** Serves /probe: one short run for each request, to an address that the configuration allows. */

import type { ProbeConfig, ProbeModule } from "../../../exporter/config.ts";
import { MEDIA_TYPES } from "../../../prometheus/exposition.ts";
import { type HttpAnswer, plainAnswer } from "../../../exporter/http_answer.ts";
import type { HttpRequest } from "../../../exporter/http_head.ts";
import { chooseFormat } from "../../../exporter/negotiate.ts";
import { writeProbePage } from "../../../prometheus/probe_page.ts";
import { RunPage } from "../../../prometheus/run_page.ts";
import type { ProbeRefusal, RequestCounts } from "../../../exporter/request_counts.ts";
import { parseAddress } from "../../../packet/mod.ts";
import { PingRun } from "../../../run/ping_run.ts";
import type { TransportOptions } from "../../../run/machine.ts";
import { VERSION } from "../../outcome.ts";
import type { System } from "../../system.ts";
import { planModule } from "./plans.ts";
import { SILENT_REPORTER } from "./silent_reporter.ts";
import type { SocketPool } from "./socket_pool.ts";

/** Answers requests to /probe. */
export class ProbeDesk {
  /** What is allowed; may be set at any time. */
  config: ProbeConfig;
  readonly #system: System;
  readonly #sockets: SocketPool;
  readonly #counts: RequestCounts;

  /** Counts refusals in `counts`. */
  constructor(config: ProbeConfig, system: System, sockets: SocketPool, counts: RequestCounts) {
    this.config = config;
    this.#system = system;
    this.#sockets = sockets;
    this.#counts = counts;
  }

  /** Kinds of sockets that requests need, each once. */
  static kinds({ allow, modules }: ProbeConfig): TransportOptions[] {
    if (allow.length === 0) return [];
    const kinds = [...modules.values()].map((module) => planModule(module).transport);
    return [...new Map(kinds.map((kind) => [JSON.stringify(kind), kind])).values()];
  }

  /** Probes, or says why not. */
  async answer(request: HttpRequest): Promise<HttpAnswer> {
    const { allow, modules } = this.config;
    if (allow.length === 0) return this.#refuse("disabled", 403, "probe.allow is empty");
    const query = new URLSearchParams(request.query);
    const [first = ""] = modules.keys();
    const [name, ...otherNames] = query.getAll("module");
    const module = modules.get(name ?? first);
    if (module === undefined || otherNames.length > 0) {
      return this.#refuse("module", 400, "expected the name of one module");
    }
    const [word = "", ...otherWords] = query.getAll("target");
    const address = parseAddress(word);
    if (address === undefined || otherWords.length > 0) {
      return this.#refuse("target", 400, "expected target, one IPv4 address");
    }
    const isAllowed = allow.some(({ first, last }) => address >= first && address <= last) &&
      address !== 0 && address >>> 28 < 0xe && !this.#system.isBroadcast(address);
    if (!isAllowed) return this.#refuse("target", 403, "target is not allowed");
    return await this.#probe(module, { index: 0, label: word, address }, request);
  }

  async #probe(
    module: ProbeModule,
    target: { readonly index: number; readonly label: string; readonly address: number },
    request: HttpRequest,
  ): Promise<HttpAnswer> {
    const plan = planModule(module);
    const transport = this.#sockets.takeIdle(plan.transport);
    if (transport === undefined) return this.#refuse("busy", 503, "too many probes at one time");
    try {
      const run = await PingRun.open(
        { program: { command: "exporter", version: VERSION }, plan, targets: [target] },
        { ...this.#system, openTransport: () => transport },
      );
      const startedMs = performance.now();
      await run.run(SILENT_REPORTER);
      const [snapshot] = run.snapshot().targets;
      const format = chooseFormat(request.headers.get("accept"));
      const page = new RunPage(format);
      if (snapshot !== undefined) {
        writeProbePage(snapshot.summary, (performance.now() - startedMs) / 1e3, page);
      }
      const headers = { "content-type": MEDIA_TYPES[format], vary: "accept" };
      return { status: 200, headers, body: page.take() };
    } finally {
      this.#sockets.giveBack(plan.transport, transport);
    }
  }

  #refuse(reason: ProbeRefusal, status: number, text: string): HttpAnswer {
    this.#counts.refuseProbe(reason);
    return plainAnswer(status, text);
  }
}
