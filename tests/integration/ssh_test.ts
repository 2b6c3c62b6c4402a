/** docs/distributed-scans.md over ssh: GNU parallel, two machines, four shards, and the proof that nothing is missing. */

import { assertEquals, assertMatch } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { query } from "../support/duckdb.ts";
import { Namespace } from "../support/namespace.ts";
import { BINARY_PROGRAM, binaryTest } from "../support/program.ts";
import { makeKeys, SshMachine } from "../support/ssh_machine.ts";

const BLOCK = "198.18.0.0/20";
const ADDRESSES = 4096;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The block of the document, with the name that its first line gives it. */
async function documentBlock(name: string): Promise<string> {
  const text = await Deno.readTextFile(`${PROJECT_FOLDER}docs/distributed-scans.md`);
  const blocks = [...text.matchAll(/```[a-z]+\n(.*?)```/gs)].map(([, body = ""]) => body);
  const block = blocks.find((body) => /^(?:#|--) example: (\w+)/.exec(body)?.[1] === name);
  if (block === undefined) throw new Error(`Cannot find the example ${name}`);
  return block;
}

binaryTest({
  name: "ssh: four shards on two machines, by the block of the document, leave nothing out",
  namespaces: true,
  tools: ["parallel", "ssh", "ssh-keygen", "sshd", "rsync"],
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-ssh-" });
  try {
    await makeKeys(folder);
    await Deno.mkdir(`${folder}/bin`);
    await Deno.mkdir(`${folder}/here`);
    const [binary = ""] = BINARY_PROGRAM.argv();
    await Deno.copyFile(binary, `${folder}/bin/icmptime`);
    const path = `${folder}/bin:${PATH}`;

    // The hub is the machine that starts the shards, and every host that they ask.
    await using hub = await Namespace.open();
    await hub.ownBlock(BLOCK);
    await using _first = await SshMachine.open({ hub, number: 1, folder, path });
    await using _second = await SshMachine.open({ hub, number: 2, folder, path });
    await Deno.writeTextFile(`${folder}/ssh.conf`, sshConfig(folder));

    const env = { PATH: path, PARALLEL_HOME: folder, PARALLEL_SSH: `ssh -F ${folder}/ssh.conf` };
    const block = await documentBlock("machines");
    const logged = block.replace("parallel ", `parallel --joblog ${folder}/jobs `);
    const options = { cwd: `${folder}/here`, env, timeoutMs: 180_000 };
    const { stdout } = await hub.mustRun(["bash", "-ec", logged], options);
    assertMatch(stdout, /^complete: 4 shards/m);

    const jobs = (await Deno.readTextFile(`${folder}/jobs`)).trim().split("\n").slice(1)
      .map((line) => line.split("\t")[1]);
    assertEquals(jobs.sort(), ["host1", "host1", "host2", "host2"]);
    const here = [...Deno.readDirSync(`${folder}/here`)].map(({ name }) => name).sort();
    assertEquals(
      here,
      ["1", "2", "3", "4"].flatMap((n) => [`shard-${n}.jsonl`, `shard-${n}.meta.json`]),
    );
    for (const host of ["host1", "host2"]) {
      const left = await hub.mustRun(["ssh", "-F", `${folder}/ssh.conf`, host, "ls"]);
      assertEquals(left.stdout, "", "what came back is removed there");
    }

    const sql = (await documentBlock("union")).replaceAll("'shard-*", `'${folder}/here/shard-*`);
    const [union] = await query(sql);
    assertEquals(
      [Number(union?.["hosts"]), Number(union?.["repeated"]), Number(union?.["in_two_shards"])],
      [ADDRESSES, 0, 0],
    );

    // The proof is worth something only if it fails without one of them.
    await Deno.remove(`${folder}/here/shard-3.meta.json`);
    const metas = [1, 2, 4].map((n) => `${folder}/here/shard-${n}.meta.json`);
    const lacking = await hub.run([binary, "scan", "--verify", ...metas]);
    assertEquals(lacking.code, 1, lacking.stderr);
    assertMatch(lacking.stdout, /shard 3\/4: no metadata/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function sshConfig(folder: string): string {
  const hosts = ["1", "2"].map((n) => `Host host${n}\n  HostName 10.77.${n}.2\n`);
  return `${hosts.join("")}Host *
  User root
  IdentityFile ${folder}/user
  IdentitiesOnly yes
  BatchMode yes
  StrictHostKeyChecking accept-new
  UserKnownHostsFile ${folder}/known
`;
}
