/** What each path answers. */

import { MEDIA_TYPES } from "../../../exporter/exposition.ts";
import { chooseFormat } from "../../../exporter/negotiate.ts";
import type { PlainAnswer, PlainRequest } from "./http_server.ts";
import type { PageRenderer } from "./page_renderer.ts";

/** What the paths answer with. */
export interface RouteSources {
  /** Answers of /metrics. */
  readonly renderer: PageRenderer;
  /** Every group is being probed. */
  isReady(): boolean;
}

const TEXT = { "content-type": "text/plain; charset=utf-8" };
const HTML = { "content-type": "text/html; charset=utf-8" };

const HOME = `<!doctype html>
<html lang="en">
<title>icmptime exporter</title>
<h1>icmptime exporter</h1>
<ul>
<li><a href="/metrics">Metrics</a></li>
<li><a href="/-/healthy">Healthy</a></li>
<li><a href="/-/ready">Ready</a></li>
</ul>
</html>
`;

/** Answers a request. Paths are compared as they stand: nothing is decoded or resolved. */
export async function answerRequest(
  request: PlainRequest,
  { renderer, isReady }: RouteSources,
): Promise<PlainAnswer> {
  const { method, path } = request;
  if (path === "/-/healthy") return read(method, () => plain(200, "healthy\n"));
  if (path === "/-/ready") {
    return read(method, () => isReady() ? plain(200, "ready\n") : plain(503, "starting\n"));
  }
  if (path === "/") {
    return read(method, () => ({ status: 200, headers: HTML, body: [encode(HOME)] }));
  }
  if (path === "/metrics") {
    return await read(method, async () => {
      const format = chooseFormat(request.header("accept"));
      const { pieces } = await renderer.render(format);
      const headers = { "content-type": MEDIA_TYPES[format], vary: "accept" };
      return { status: 200, headers, body: pieces };
    });
  }
  return plain(404, "not found\n");
}

/** For GET and HEAD alone. */
function read<T extends PlainAnswer | Promise<PlainAnswer>>(
  method: string,
  answer: () => T,
): T | PlainAnswer {
  if (method === "GET" || method === "HEAD") return answer();
  return { ...plain(405, "expected GET\n"), headers: { ...TEXT, allow: "GET, HEAD" } };
}

function plain(status: number, text: string): PlainAnswer {
  return { status, headers: TEXT, body: [encode(text)] };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
