/** Breaking a connection of the runtime while a write on it waits. */

import { assertEquals } from "@std/assert";
import { breakConnection } from "../../ffi/posix/tcp_connection.ts";
import { systemTest } from "../support/tools.ts";

/** A write that the peer never reads, and both ends. */
async function stuckWrite(listenAt: string, connectTo: string) {
  const listener = Deno.listen({ hostname: listenAt, port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const [client, server] = await Promise.all([
    Deno.connect({ hostname: connectTo, port }),
    listener.accept(),
  ]);
  const bytes = new Uint8Array(1 << 22);
  const written = (async () => {
    for (;;) await server.write(bytes);
  })();
  let isOver = false;
  written.catch(() => isOver = true);
  return { listener, client, server, written, isOver: () => isOver };
}

function whyNoIpv6(): string | undefined {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return undefined;
  } catch {
    return "no IPv6 here";
  }
}

for (
  const [name, listenAt, connectTo] of [
    ["IPv4", "127.0.0.1", "127.0.0.1"],
    ["IPv6", "::1", "::1"],
    ["IPv4 at a port for both", "::", "127.0.0.1"],
  ] as const
) {
  systemTest({
    name: `break a connection: ${name}`,
    ...listenAt.includes(":") && { missing: whyNoIpv6() },
  }, async () => {
    const stuck = await stuckWrite(listenAt, connectTo);
    const other = await stuckWrite(listenAt, connectTo);
    const { localAddr, remoteAddr } = stuck.server;
    // The other one of the same process and peer goes on.
    assertEquals(breakConnection(localAddr, remoteAddr), true);
    const error = await stuck.written.then(() => undefined, (each) => each);
    assertEquals(error instanceof Error, true);
    assertEquals(other.isOver(), false);
    stuck.server.close();
    assertEquals(
      breakConnection(localAddr, { hostname: "192.0.2.1", port: remoteAddr.port }),
      false,
    );
    assertEquals(breakConnection(other.server.localAddr, other.server.remoteAddr), true);
    await other.written.catch(() => {});
    for (const each of [stuck.client, other.server, other.client, stuck.listener, other.listener]) {
      each.close();
    }
  });
}
