/**
 * `deno run -A bench/slow_clients.ts [PORT]`: 100 clients of a server that cost it what they can, until they are ended. A third each: connections
 * without a word, requests that come byte by byte, and answers that are read in small pieces.
 */

const CLIENTS = 100;
const DEFAULT_PORT = 9877;

async function runClient(kind: number, port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = new TextEncoder().encode("GET /metrics HTTP/1.1\r\nHost: slow\r\n\r\n");
  if (kind === 0) await connection.read(new Uint8Array(1));
  else if (kind === 1) {
    for (const byte of request) {
      await connection.write(Uint8Array.of(byte));
      await sleep(500);
    }
  } else {
    await connection.write(request);
    while (await connection.read(new Uint8Array(4096)) !== null) await sleep(200);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) {
  const port = Number(Deno.args[0] ?? DEFAULT_PORT);
  await Promise.all(Array.from({ length: CLIENTS }, async (_, number) => {
    for (;;) {
      await runClient(number % 3, port).catch(() => {});
      await sleep(200);
    }
  }));
}
