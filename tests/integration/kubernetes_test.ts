/** The Kubernetes Job of docs/distributed-scans.md: its values by the API's own schemas, its names by the API's types. */

import { Job } from "npm:kubernetes-models@4.5.1/batch/v1";
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parse } from "@std/yaml/parse";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { runCommand } from "../support/command.ts";

type Data = ConstructorParameters<typeof Job>[0];

/** The Job of the document. */
async function readJob(): Promise<Data> {
  const text = await Deno.readTextFile(`${PROJECT_FOLDER}docs/distributed-scans.md`);
  return parse(/```yaml\n(.*?)```/s.exec(text)?.[1] ?? "") as Data;
}

Deno.test("kubernetes: the Job has the values that batch/v1 takes, and what it needs is there", async () => {
  const job = await readJob();
  new Job(job).validate();
  const wrong = structuredClone(job) as { spec: { template: { spec: { containers: unknown } } } };
  wrong.spec.template.spec.containers = "scan";
  assertThrows(() => new Job(wrong as unknown as Data).validate());

  const { completions, parallelism, completionMode, template } = job?.spec ?? {};
  assertEquals([completionMode, parallelism], ["Indexed", completions]);
  const [container] = template?.spec?.containers ?? [];
  // The shards are those of the completions.
  assertMatch(container?.args?.[0] ?? "", new RegExp(`--shard "\\$shard/${completions}" `));
  const mounts = container?.volumeMounts?.map(({ name }) => name).sort();
  assertEquals(mounts, template?.spec?.volumes?.map(({ name }) => name).sort());
  const { drop, add } = container?.securityContext?.capabilities ?? {};
  assertEquals([drop, add?.[0]], [["ALL"], "NET_RAW"]);
});

Deno.test("kubernetes: every key of the Job is one of the API's", async () => {
  const job = await readJob();
  const folder = await Deno.makeTempDir({ prefix: "icmptime-job-" });
  try {
    // A key that the types lack is an error in an object literal; the schemas alone let it pass.
    const check = async (data: unknown) => {
      const path = `${folder}/job.ts`;
      const text = `import type { IJob } from "npm:kubernetes-models@4.5.1/batch/v1";\n` +
        `export const job: IJob = ${JSON.stringify(data, null, 1)};\n`;
      await Deno.writeTextFile(path, text);
      const argv = [Deno.execPath(), "check", "--quiet", "--no-config", "--no-lock", path];
      return await runCommand(argv, { cwd: folder, timeoutMs: 120_000 });
    };
    const right = await check(job);
    assertEquals([right.code, right.stderr], [0, ""]);
    const wrong = await check({ ...job, spec: { ...job?.spec, backOffLimitPerIndex: 5 } });
    assertEquals(wrong.code, 1);
    assertMatch(wrong.stderr, /"backOffLimitPerIndex"' does not exist/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
