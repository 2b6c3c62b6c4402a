/** docs/distributed-scans.md under a real Slurm: an array job, a task killed hard and requeued, the merge. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { query } from "../support/duckdb.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { SlurmCluster } from "../support/slurm.ts";
import { systemTest } from "../support/tools.ts";
import { openScanNetwork } from "../system/scan_network.ts";

const BLOCK = "10.50.0.0/18";
const ADDRESSES = 16_384;
const SHARDS = 4;
/** Probes a second, and seconds that a shard listens after its last: those of the document. */
const RATE = 2000, COOLDOWN_S = 4;
const JOB_LIMIT_MS = 300_000;

/** The blocks of the document. */
async function documentBlocks(): Promise<readonly string[]> {
  const text = await Deno.readTextFile(`${PROJECT_FOLDER}docs/distributed-scans.md`);
  return [...text.matchAll(/```[a-z]+\n(.*?)```/gs)].map(([, body = ""]) => body);
}

async function until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + JOB_LIMIT_MS;
  while (Date.now() < end) {
    const found = await find().catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Cannot wait longer for ${what}`);
}

/** The process that scans a shard, once it has kept a place that it will go on from. */
async function findScanner(folder: string, shard: number): Promise<number> {
  return await until(`shard ${shard} to run`, async () => {
    const { size } = await Deno.stat(`${folder}/shard-${shard}.place`);
    if (size === 0) return undefined;
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const words = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
      if (words.includes(`${folder}/shard-${shard}.place`)) return Number(name);
    }
    return undefined;
  });
}

systemTest({
  name: "slurm: an array of shards, one task killed and requeued, leaves nothing out",
  namespaces: true,
  tools: ["slurmctld", "slurmd", "sbatch", "scontrol", "squeue", "sinfo", "munged"],
}, async () => {
  await using pair = await openScanNetwork();
  await pair.far.ownBlock(BLOCK);
  const folder = await Deno.makeTempDir({ prefix: "icmptime-slurm-" });
  try {
    await Deno.mkdir(`${folder}/slurm`, { mode: 0o755 });
    const blocks = await documentBlocks();
    const job = (blocks.find((block) => block.includes("#SBATCH")) ?? "").replaceAll(
      "64",
      `${SHARDS}`,
    );
    const words = SOURCE_PROGRAM.argv().map((word) => `'${word}'`).join(" ");
    const icmptime = `#!/bin/sh\nexec ${words} "$@"\n`;
    await Deno.writeTextFile(`${folder}/icmptime`, icmptime, { mode: 0o755 });
    await Deno.writeTextFile(`${folder}/job`, job);
    await Deno.writeTextFile(`${folder}/targets.txt`, `${BLOCK}\n`);
    await Deno.writeTextFile(`${folder}/exclude.txt`, "# none\n");
    await using slurm = await SlurmCluster.open(pair.near, `${folder}/slurm`);

    const env = {
      PATH: `${folder}:${Deno.env.get("PATH")}`,
      ...{ HOME: folder, SCRATCH: folder, DENO_DIR: await denoFolder() },
    };
    const submit = ["sbatch", "--parsable", "--output", `${folder}/said-%a`, `${folder}/job`];
    const id = (await slurm.run(submit, env)).stdout.trim();
    assertMatch(id, /^\d+$/);
    Deno.kill(await findScanner(folder, 2), "SIGKILL");
    const states = ["squeue", "--noheader", "--array", "--states=all", "--format=%K %T"];
    await slurm.waitFor(states, /^2 FAILED$/m, JOB_LIMIT_MS);
    const verify = () =>
      pair.near.run([
        ...SOURCE_PROGRAM.argv("scan", "--verify"),
        ...[...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`)
          .filter((path) => path.endsWith(".meta.json")).sort(),
      ]);
    const others = /^1 COMPLETED$[^]*^3 COMPLETED$[^]*^4 COMPLETED$/m;
    const inOrder = ["sh", "-c", `${states.map((word) => `'${word}'`).join(" ")} | sort`];
    await slurm.waitFor(inOrder, others, JOB_LIMIT_MS);
    const before = await verify();
    assertEquals(before.code, 1, before.stderr);
    assertMatch(before.stdout, /^incomplete: 1 of 4 shards lacking.*\nshard 2\/4: no metadata/);
    assertMatch(
      before.stdout,
      /shard-2\.meta\.json: empty, so its run still goes on or was killed$/m,
    );

    await slurm.run(["scontrol", "requeue", `${id}_2`]);
    await slurm.waitFor(
      inOrder,
      new RegExp(others.source.replace("[^]*^3", "[^]*^2 COMPLETED$[^]*^3"), "m"),
      JOB_LIMIT_MS,
    );
    const after = await verify();
    assertEquals([after.code, after.stderr], [0, ""], after.stdout);
    assertMatch(after.stdout, /^complete: 4 shards/);
    await checkMerge(folder, blocks);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Nothing is missing, no address is in two shards, and what was probed twice is within the bound of the document. */
async function checkMerge(folder: string, blocks: readonly string[]): Promise<void> {
  const example = (name: string) =>
    (blocks.find((block) => block.startsWith(`-- example: ${name}\n`)) ?? "")
      .replaceAll("'shard-*", `'${folder}/shard-*`);
  const [totals] = await query(example("totals"));
  assertEquals(
    [Number(totals?.["hosts"]), Number(totals?.["complete_shards"]), Number(totals?.["lost"])],
    [ADDRESSES, SHARDS, 0],
  );
  const [check] = await query(example("check"));
  assertEquals([
    Number(check?.["shards"]),
    Number(check?.["scans"]),
    check?.["whole"],
    check?.["complete"],
  ], [
    ...[SHARDS, 1, true, true],
  ]);
  const [union] = await query(example("union"));
  assertEquals([Number(union?.["hosts"]), Number(union?.["in_two_shards"])], [ADDRESSES, 0]);
  const repeated = Number(union?.["repeated"]);
  assert(repeated <= RATE * (COOLDOWN_S + 1), `${repeated} hosts were probed twice`);
}

/** The cache of modules: the job has another HOME. */
async function denoFolder(): Promise<string> {
  const argv = ["info", "--json"];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: argv }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
