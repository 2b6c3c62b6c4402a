/**
 * `deno run --allow-net hostile_clients.ts PORT`: what a server has to survive. Prints one JSON object.
 *
 * Run inside the namespace of the server, since sockets belong to the namespace of their process.
 */

const port = Number(Deno.args[0]);
const encoder = new TextEncoder();

/** Sends bytes, and returns the first line of the answer; empty where the connection was closed without one. */
async function ask(text: string | Uint8Array): Promise<string> {
  let connection: Deno.TcpConn | undefined;
  try {
    connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const bytes = typeof text === "string" ? encoder.encode(text) : text;
    for (let done = 0; done < bytes.length;) done += await connection.write(bytes.subarray(done));
    const answer = new Uint8Array(512);
    const read = await connection.read(answer);
    return new TextDecoder().decode(answer.subarray(0, read ?? 0)).split("\r\n", 1)[0] ?? "";
  } catch {
    return "";
  } finally {
    connection?.close();
  }
}

/** How often each answer came. */
async function askAll(texts: readonly (string | Uint8Array)[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let start = 0; start < texts.length; start += 20) {
    for (const answer of await Promise.all(texts.slice(start, start + 20).map(ask))) {
      counts[answer] = (counts[answer] ?? 0) + 1;
    }
  }
  return counts;
}

let state = 7;
const random = (below: number) => (state = state * 48271 % 2147483647) % below;
const noise = (length: number) => Uint8Array.from({ length }, () => random(256));

/** Malformed requests of several kinds; each ends with an empty line, or the server would wait for more. */
function malformed(number: number): string | Uint8Array {
  const kinds = [
    () => new Uint8Array([...noise(200), 13, 10, 13, 10]),
    () => "GET /metrics HTTP/9.9\r\nHost: x\r\n\r\n",
    () => "GET /metrics HTTP/1.1\r\n\r\n",
    () => "GET /metrics HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    () => "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    () => "GET http://127.0.0.1/metrics HTTP/1.1\r\nHost: x\r\n\r\n",
    () => "POST /-/reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    () => "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    () => "\r\n\r\n",
  ];
  return kinds[number % kinds.length]?.() ?? "";
}

const header = (length: number) => `GET / HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(length)}\r\n\r\n`;
const many = (count: number) => `GET / HTTP/1.1\r\nHost: x\r\n${"a: b\r\n".repeat(count)}\r\n`;
const path = (text: string) => `GET ${text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

/** Opens connections that never ask, and returns how many of them the server closed; waits for all, or so long. */
async function halfOpen(count: number, waitMs: number): Promise<number> {
  let closed = 0;
  const connections = await Promise.all(Array.from({ length: count }, async (_, number) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    if (number % 2 === 0) await connection.write(encoder.encode("GET /metrics HT")).catch(() => {});
    connection.read(new Uint8Array(1)).then(() => closed++, () => closed++);
    return connection;
  }));
  for (let waitedMs = 0; waitedMs < waitMs && closed < count; waitedMs += 100) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const connection of connections) {
    try {
      connection.close();
    } catch {
      // The server was first.
    }
  }
  return closed;
}

/** Asks for a long answer and does not read it; returns whether the server has closed the connection within so long. */
async function readNothing(waitMs: number): Promise<boolean> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(encoder.encode(path("/metrics")));
  try {
    for (let waitedMs = 0; waitedMs < waitMs; waitedMs += 200) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      await connection.write(Uint8Array.of(0));
    }
    return false;
  } catch {
    return true;
  }
}

/** As many of them as the server takes connections, or more; returns how many it has closed. */
async function readNothingAtOnce(count: number, waitMs: number): Promise<number> {
  const closed = await Promise.all(Array.from({ length: count }, () => readNothing(waitMs)));
  return closed.filter((each) => each).length;
}

if (import.meta.main) {
  const result = {
    malformed: await askAll(Array.from({ length: 10_000 }, (_, number) => malformed(number))),
    floods: await askAll([...[10_000, 100_000, 1_000_000].map(header), ...[70, 5000].map(many)]),
    paths: await askAll([
      ...["/../etc/passwd", "/metrics/", "/metrics%00", "/%2e%2e/", "//metrics", "/-/../metrics"],
      ...["/constructor", "/__proto__", "/toString", "/METRICS", "/metrics;a", "/./metrics"],
    ].map(path)),
    halfOpenClosed: await halfOpen(100, 60_000),
    slowClosed: await readNothingAtOnce(60, 60_000),
    after: await ask(path("/-/healthy")),
  };
  await Deno.stdout.write(encoder.encode(JSON.stringify(result) + "\n"));
}
