/**
 * `deno run --allow-net kept_connection.ts PORT`: asks for /-/healthy on one connection again and again, and prints the status of each
 * answer, until the server closes it.
 *
 * Run inside the namespace of the server, since sockets belong to the namespace of their process.
 */

const PAUSE_MS = 100;

if (import.meta.main) {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
  const request = new TextEncoder().encode("GET /-/healthy HTTP/1.1\r\nHost: kept\r\n\r\n");
  const bytes = new Uint8Array(4096);
  for (;;) {
    await connection.write(request);
    const read = await connection.read(bytes).catch(() => null);
    const answer = new TextDecoder().decode(bytes.subarray(0, read ?? 0));
    await Deno.stdout.write(new TextEncoder().encode(`${answer.split(" ", 2)[1] ?? "closed"}\n`));
    if (read === null) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
