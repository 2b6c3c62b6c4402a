// docs/distributed-scans.md: its examples are taken from the document and run as they stand there.

import { assertEquals } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { runCommand } from "../support/command.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";
import { openScanNetwork } from "./scan_network.ts";

/** The text of the fenced block that is marked `example: <name>`. */
function example(document: string, name: string): string {
  for (const [, body = ""] of document.matchAll(/```[a-z]+\n(.*?)```/gs)) {
    if (/^(?:#|\/\/|--) example: (\w+)/.exec(body)?.[1] === name) return body;
  }
  throw new Error(`Cannot find the example ${name}`);
}

/** Whether DuckDB's package from npm is at hand: it is downloaded once and cached. */
async function whyNoDuckDb(): Promise<string | undefined> {
  const code = 'await import("npm:@duckdb/node-api@1.5.5-r.5")';
  const result = await runCommand([Deno.execPath(), "eval", "--quiet", "--no-config", code], {
    timeoutMs: 120_000,
  });
  return result.code === 0 ? undefined : "@duckdb/node-api cannot be had from npm";
}

const requirements = { tools: ["parallel"], namespaces: true };

systemTest({
  name: "four shards under GNU parallel, merged by DuckDB, as the document says",
  ...requirements,
  missing: await whyNoDuckDb(),
}, async () => {
  await using pair = await openScanNetwork();
  const document = await Deno.readTextFile(`${PROJECT_FOLDER}docs/distributed-scans.md`);
  const folder = await Deno.makeTempDir({ prefix: "icmptime-distributed-" });
  try {
    const script = `#!/bin/sh\nexec ${
      SOURCE_PROGRAM.argv().map((word) => `'${word}'`).join(" ")
    } "$@"\n`;
    await Deno.writeTextFile(`${folder}/icmptime`, script, { mode: 0o755 });
    const env = { PATH: `${folder}:${Deno.env.get("PATH")}`, PARALLEL_HOME: folder };
    await pair.near.mustRun(["sh", "-ec", example(document, "shards")], { cwd: folder, env });
    await Deno.writeTextFile(`${folder}/query.ts`, example(document, "query"));
    const ask = async (name: string) => {
      const sql = example(document, name);
      const argv = [Deno.execPath(), "run", "--quiet", "-A", "--no-config", "query.ts", sql];
      const result = await runCommand(argv, { cwd: folder });
      assertEquals(result.stderr, "");
      return result.stdout.trim().split("\n").map((line) => JSON.parse(line));
    };
    const [totals] = await ask("totals");
    assertEquals(
      {
        ...totals,
        hosts: Number(totals.hosts),
        sent: Number(totals.sent),
        lost: Number(totals.lost),
      },
      { hosts: 4096, complete_shards: "4", sent: 4096, lost: 0 },
    );
    const networks = await ask("networks");
    assertEquals(networks.length, 16);
    assertEquals(networks[0].network, "198.18.0.0/24");
    for (const { hosts, wrong_clocks } of networks) {
      assertEquals([Number(hosts), Number(wrong_clocks)], [256, 0]);
    }
    const [check] = await ask("check");
    assertEquals([Number(check.shards), Number(check.scans), check.whole, check.complete], [
      4,
      1,
      true,
      true,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
