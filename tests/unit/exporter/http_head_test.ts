import { assert, assertEquals } from "@std/assert";
import {
  findHeadEnd,
  MAX_HEADERS,
  parseHead,
  type RefusedHead,
} from "../../../src/exporter/http_head.ts";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const head = (...lines: readonly string[]) => bytes([...lines, "", ""].join("\r\n"));

Deno.test("http: a request with its headers", () => {
  const found = parseHead(
    head("GET /metrics?a=b?c HTTP/1.1", "Host: x", "ACCEPT:  text/plain ", "accept: */*"),
  );
  assert(!("status" in found));
  assertEquals([found.method, found.path, found.query], ["GET", "/metrics", "a=b?c"]);
  assertEquals(found.headers.get("accept"), "text/plain, */*");
  assertEquals(found.isPersistent, true);
});

Deno.test("http: a connection stays open as the version and the header say", () => {
  const stays = (version: string, ...lines: string[]) => {
    const found = parseHead(head(`GET / HTTP/${version}`, "Host: x", ...lines));
    return !("status" in found) && found.isPersistent;
  };
  assertEquals(stays("1.1"), true);
  assertEquals(stays("1.1", "Connection: te, Close"), false);
  assertEquals(stays("1.0"), false);
  assertEquals(stays("1.0", "Connection: keep-alive"), true);
});

Deno.test("http: what is not as RFC 9112 has it is refused", () => {
  const refused: readonly (readonly [status: RefusedHead["status"], ...lines: string[]])[] = [
    [400, "", "Host: x"],
    [400, "GET /"],
    [400, "GET  / HTTP/1.1", "Host: x"],
    [400, "GET / HTTP/1.1 ", "Host: x"],
    [400, "GET http://x/metrics HTTP/1.1", "Host: x"],
    [400, "GET /a b HTTP/1.1", "Host: x"],
    [400, "GET /\0 HTTP/1.1", "Host: x"],
    [400, "GET /\xe9 HTTP/1.1", "Host: x"],
    [400, "G\tT / HTTP/1.1", "Host: x"],
    [400, "GET / HTTP/1.1"],
    [400, "GET / HTTP/1.1", "Host: x", "Host: y"],
    [400, "GET / HTTP/1.1", "Host: x", " folded: y"],
    [400, "GET / HTTP/1.1", "Host: x", "no colon"],
    [400, "GET / HTTP/1.1", "Host: x", "blank : y"],
    [400, "GET / HTTP/1.1", "Host: x", "a: b\nc: d"],
    [400, "GET / HTTP/1.1", "Host: x", "Content-Length: 0", "Content-Length: 5"],
    [413, "POST / HTTP/1.1", "Host: x", "Content-Length: 5"],
    [413, "POST / HTTP/1.1", "Host: x", "Content-Length: -1"],
    [413, "POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked"],
    [431, "GET / HTTP/1.1", ...Array.from({ length: MAX_HEADERS + 1 }, (_, n) => `h${n}: x`)],
    [505, "GET / HTTP/2.0", "Host: x"],
  ];
  for (const [status, ...lines] of refused) {
    assertEquals(parseHead(head(...lines)), { status }, lines.join("|"));
  }
});

Deno.test("http: a head ends with an empty line, wherever it is cut", () => {
  const whole = bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\nrest");
  const length = whole.length - "rest".length;
  for (let cut = 0; cut < length; cut++) assertEquals(findHeadEnd(whole.subarray(0, cut)), -1);
  for (let cut = length; cut <= whole.length; cut++) {
    assertEquals(findHeadEnd(whole.subarray(0, cut)), length);
  }
  assertEquals(findHeadEnd(bytes("a\n\nb\r\n\n")), -1);
});

Deno.test("http: any bytes are a request or a refusal", () => {
  let state = 7;
  const random = (below: number) => (state = state * 48271 % 2147483647) % below;
  for (let round = 0; round < 20_000; round++) {
    const made = head("GET /x HTTP/1.1", "Host: y", "Connection: close");
    for (let change = 0; change < 1 + random(4); change++) {
      made[random(made.length - 4)] = random(256);
    }
    const found = parseHead(made);
    if ("status" in found) assert([400, 413, 431, 505].includes(found.status));
    else assert(found.path.startsWith("/") || found.path === "*");
  }
});
