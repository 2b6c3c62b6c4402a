/** The server's port: it moves, it stays where the other cannot be had, and its loss is reported. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HttpServer } from "../../src/cli/commands/exporter/http_server.ts";
import { DEFAULT_LIMITS } from "../../src/exporter/config.ts";
import { plainAnswer } from "../../src/exporter/http_answer.ts";
import { RequestCounts } from "../../src/exporter/request_counts.ts";
import { systemTest } from "../support/tools.ts";

const HOST = "127.0.0.1";

/** A port that is free now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  return listener.addr.port;
}

function open(failed: (error: unknown) => void = () => {}) {
  const setup = { counts: new RequestCounts(), breaker: () => false, limits: () => DEFAULT_LIMITS };
  const address = { host: HOST, port: freePort() };
  const server = HttpServer.open({ address, tls: undefined }, { ...setup, failed });
  return { server, address, serving: server.serve(() => plainAnswer(200, "ok")) };
}

/** The first word after the version of an answer. */
async function statusAt(port: number): Promise<string> {
  using connection = await Deno.connect({ hostname: HOST, port });
  const request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  const bytes = new Uint8Array(512);
  const read = await connection.read(bytes);
  return new TextDecoder().decode(bytes.subarray(0, read ?? 0)).split(" ")[1] ?? "";
}

systemTest({ name: "server: a move to a port of others changes nothing" }, async () => {
  const { server, address, serving } = open();
  using other = Deno.listen({ hostname: HOST, port: 0 });
  const next = { address: { host: HOST, port: other.addr.port }, tls: undefined };
  assertThrows(() => server.prepare(next), Deno.errors.AddrInUse);
  assertEquals(server.prepare({ address, tls: undefined }), undefined);
  assertThrows(() => server.prepare({ address, tls: { cert: "none", key: "none" } }));
  assertEquals(await statusAt(address.port), "200");
  server.close();
  await serving;
});

systemTest(
  { name: "server: where another address of the port is taken, it goes back" },
  async () => {
    const { server, address, serving } = open();
    using _ = Deno.listen({ hostname: "127.0.0.2", port: address.port });
    const everywhere = { address: { host: "0.0.0.0", port: address.port }, tls: undefined };
    const move = server.prepare(everywhere);
    await assertRejects(async () => await move?.commit(), Deno.errors.AddrInUse);
    assertEquals(server.url, `http://${HOST}:${address.port}`);
    assertEquals(await statusAt(address.port), "200");
    server.close();
    await serving;
  },
);

systemTest({ name: "server: a port that is lost in a move is reported" }, async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const { server, address, serving } = open(resolve);
  using _ = Deno.listen({ hostname: "127.0.0.2", port: address.port });
  const everywhere = { address: { host: "0.0.0.0", port: address.port }, tls: undefined };
  const moved = server.prepare(everywhere)?.commit().catch((error: unknown) => error);
  using __ = await listenOnceFree(address.port);
  assertEquals(await moved instanceof Deno.errors.AddrInUse, true);
  assertEquals(await promise instanceof Deno.errors.AddrInUse, true);
  server.close();
  await serving;
});

/** Takes the port while the server tries for another one. */
async function listenOnceFree(port: number): Promise<Deno.Listener> {
  for (let tries = 0; tries < 6000; tries++) {
    try {
      return Deno.listen({ hostname: HOST, port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  throw new Error("Cannot take the port: the server keeps it");
}
