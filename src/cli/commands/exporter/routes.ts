/** What each path answers. */

import { MEDIA_TYPES } from "../../../prometheus/exposition.ts";
import { type HttpAnswer, plainAnswer } from "../../../exporter/http_answer.ts";
import type { HttpRequest } from "../../../exporter/http_head.ts";
import { chooseFormat } from "../../../exporter/negotiate.ts";
import { isAdmitted } from "./access.ts";
import type { KnownUser } from "./config_file.ts";
import type { PageRenderer } from "./page_renderer.ts";
import type { ProbeDesk } from "./probe_desk.ts";

/** What the paths answer with. */
export interface RouteSources {
  /** Answers of /metrics. */
  readonly renderer: PageRenderer;
  /** Answers of /probe. */
  readonly desk: ProbeDesk;
  /** Users as they are now. */
  users(): readonly KnownUser[];
  /** Reads the configuration again; returns why it cannot be used. Undefined where it is off. */
  reload(): Promise<string | undefined> | undefined;
}

const HTML = { "content-type": "text/html; charset=utf-8" };

const HOME = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>icmptime exporter</title>
<h1>icmptime exporter</h1>
<ul>
<li><a href="/metrics">Metrics</a></li>
<li><a href="/probe?target=127.0.0.1">Probe</a>, where the configuration allows it</li>
<li><a href="/-/healthy">Healthy</a></li>
<li><a href="/-/ready">Ready</a></li>
</ul>
</html>
`;

/** Answers a request. Paths are compared as they stand: nothing is decoded or resolved. */
export async function answerRequest(
  request: HttpRequest,
  sources: RouteSources,
): Promise<HttpAnswer> {
  if (!await isAdmitted(request, sources.users())) {
    return plainAnswer(401, "expected a user and a password", {
      "www-authenticate": 'Basic realm="icmptime", charset="UTF-8"',
    });
  }
  const { method, path } = request;
  if (path === "/-/reload") return await answerReload(method, sources);
  const route = ROUTES[path];
  if (route === undefined || !Object.hasOwn(ROUTES, path)) return plainAnswer(404, "not found");
  if (method === "GET" || method === "HEAD") return await route(request, sources);
  return plainAnswer(405, "expected GET", { allow: "GET, HEAD" });
}

type Route = (request: HttpRequest, sources: RouteSources) => HttpAnswer | Promise<HttpAnswer>;

const ROUTES: Readonly<Record<string, Route>> = {
  "/": () => ({ status: 200, headers: HTML, body: [new TextEncoder().encode(HOME)] }),
  "/-/healthy": () => plainAnswer(200, "healthy"),
  // The port is opened once every socket is.
  "/-/ready": () => plainAnswer(200, "ready"),
  "/probe": (request, { desk }) => desk.answer(request),
  async "/metrics"(request, { renderer }) {
    const format = chooseFormat(request.headers.get("accept"));
    const { pieces, release } = await renderer.render(format);
    const headers = { "content-type": MEDIA_TYPES[format], vary: "accept" };
    return { status: 200, headers, body: pieces, release };
  },
};

async function answerReload(method: string, { reload }: RouteSources): Promise<HttpAnswer> {
  if (method !== "POST") return plainAnswer(405, "expected POST", { allow: "POST" });
  const reloading = reload();
  if (reloading === undefined) return plainAnswer(403, "reload_by_http is false");
  const failure = await reloading;
  return failure === undefined ? plainAnswer(200, "reloaded") : plainAnswer(500, failure);
}
