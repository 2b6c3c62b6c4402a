/** Files are read and written with the rights of the person who called, however the program came to be root. */

import { assertEquals, assertMatch } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { mustRun, runCommand } from "../support/command.ts";
import { Namespace } from "../support/namespace.ts";
import { BINARY_PROGRAM, binaryTest, SOURCE_PROGRAM } from "../support/program.ts";
import { reachable } from "../support/reachable.ts";
import { assertComplaint } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

const USER = 1300, GROUP = 1301;

/** The ways in which a user comes to run the whole program as root. */
const WAYS: readonly { readonly name: string; readonly env: Readonly<Record<string, string>> }[] = [
  { name: "sudo", env: { SUDO_UID: `${USER}`, SUDO_GID: `${GROUP}` } },
];

/** Uses a folder of root's with a secret in it, and a folder in it that is the user's. */
async function withFolders(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-rights-" });
  try {
    await Deno.chmod(folder, 0o755);
    await Deno.writeTextFile(`${folder}/secret`, "root:secret\n");
    // The group of root's is none of the caller's either.
    await Deno.chmod(`${folder}/secret`, 0o660);
    await Deno.mkdir(`${folder}/own`);
    await Deno.chown(`${folder}/own`, USER, GROUP);
    await Deno.symlink(`${folder}/secret`, `${folder}/own/link`);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const { name, env } of WAYS) {
  systemTest({
    name: `${name}: a file that the caller may not read is neither read nor shown`,
    namespaces: true,
  }, async () => {
    await using namespace = await Namespace.open();
    await withFolders(async (folder) => {
      for (const path of [`${folder}/secret`, `${folder}/own/link`]) {
        for (
          const args of [
            ["ping", "-f", path],
            ["fping", "-f", path],
            ["clock", "-f", path],
            ["scan", "-f", path],
            ["scan", "--exclude-file", path, "10.0.0.1"],
            ["scan", "--resume", path, "10.0.0.1"],
          ]
        ) {
          const argv = SOURCE_PROGRAM.argv(...args);
          const { code, stdout, stderr } = await namespace.run(argv, { env });
          const isFping = args[0] === "fping";
          assertEquals([args, code, stdout], [args, isFping ? 4 : 3, ""]);
          if (isFping) assertEquals(stderr, "fping: fopen : Permission denied\n");
          else assertComplaint(stderr, /^icmptime: Cannot read \S+: Permission denied$/m);
        }
      }
    });
  });

  systemTest({
    name: `${name}: a file that the caller may not write is not written, a new one is the caller's`,
    namespaces: true,
  }, async () => {
    await using namespace = await Namespace.open();
    await withFolders(async (folder) => {
      const run = (...args: string[]) => namespace.run(SOURCE_PROGRAM.argv(...args), { env });
      const scan = ["scan", "--include-reserved", "-q", "--cooldown", "50ms", "127.0.0.1"];
      for (const path of [`${folder}/secret`, `${folder}/own/link`, `${folder}/new`]) {
        for (
          const args of [
            ["-c", "1", "-o", path, "127.0.0.1"],
            [...scan, "-o", path],
            [...scan, "--checkpoint", path],
            [...scan, "--metadata", path],
            [...scan, "--dry-run", "--pcap", path],
            [...scan, "--dry-run", "-o", path],
          ]
        ) {
          const { code, stdout, stderr } = await run(...args);
          assertEquals([args, code, stdout], [args, 3, ""]);
          assertMatch(
            stderr,
            /^icmptime: Cannot (?:write to \S+: Permission denied|begin a checkpoint in )/m,
          );
        }
      }
      assertEquals(await Deno.readTextFile(`${folder}/secret`), "root:secret\n");

      const path = `${folder}/own/results`;
      const { code, stderr } = await run("--json", "-c", "1", "-o", path, "127.0.0.1");
      assertEquals([code, stderr], [0, ""]);
      const { uid, gid } = await Deno.stat(path);
      assertEquals([uid, gid], [USER, GROUP]);
    });
  });
}

systemTest({
  name:
    "set-uid root: files are opened as the real user, whatever the environment says, and then root is root again",
  root: true,
  tools: ["setpriv"],
}, async () => {
  await withFolders(async (folder) => {
    const code = `
      import * as ffi from "file://${reachable(`${PROJECT_FOLDER}ffi`)}/mod.ts";
      const tell = (open) => {
        try { return open() ?? "opened"; } catch (error) { return error.name + (error.code ?? ""); }
      };
      const folder = ${JSON.stringify(folder)};
      const read = () => void Deno.readTextFileSync(folder + "/secret");
      const append = (name) => () => void ffi.OutputDescriptor.openAppend(folder + name).close();
      const own = folder + "/own/results";
      console.log(JSON.stringify([
        tell(() => ffi.withCallersRights(read)),
        tell(() => ffi.withCallersRights(append("/secret"))),
        tell(() => ffi.withCallersRights(append("/own/link"))),
        tell(() => ffi.withCallersRights(append("/own/results"))),
        tell(() => ffi.withCallersRights(() => { throw new RangeError("mine"); })),
        Deno.statSync(own).uid, Deno.statSync(own).gid,
        tell(read),
      ]));`;
    const prefix = ["setpriv", `--ruid=${USER}`, `--rgid=${GROUP}`, "--clear-groups"];
    const argv = [...prefix, reachable(Deno.execPath()), "eval", code];
    // A user chooses the environment of a set-uid program.
    const env = { SUDO_UID: "0", SUDO_GID: "0" };
    const { stdout, stderr } = await runCommand(argv, { env });
    assertEquals(stdout === "" ? stderr : JSON.parse(stdout), [
      "PermissionDeniedEACCES",
      "SystemErrorEACCES",
      "SystemErrorEACCES",
      "opened",
      "RangeError",
      USER,
      GROUP,
      "opened",
    ]);
  });
});

systemTest({
  name: "sudo: a caller who is nonsense has the rights of nobody",
  namespaces: true,
  tools: ["sh"],
}, async () => {
  await using namespace = await Namespace.open();
  await withFolders(async (folder) => {
    const argv = SOURCE_PROGRAM.argv("-f", `${folder}/secret`);
    // The last one is not UTF-8.
    for (const value of ["-1", "4294967296", "x", "$(printf '\\377')"]) {
      const script = `SUDO_UID="${value}" exec "$@"`;
      const { code, stderr } = await namespace.run(["sh", "-c", script, "sh", ...argv]);
      assertEquals([value, code], [value, 3]);
      assertComplaint(stderr, /^icmptime: Cannot read \S+: Permission denied$/m);
    }
    const run = namespace.run(
      [
        "sh",
        "-c",
        `SUDO_UID="$(printf '\\377')" exec "$@"`,
        "sh",
        ...SOURCE_PROGRAM.argv("-c", "1", "127.0.0.1"),
      ],
    );
    assertEquals((await run).code, 0);
  });
});

systemTest({
  name:
    "root itself: another user's symbolic link in a folder that others can write is not followed",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  await withFolders(async (folder) => {
    const link = `${folder}/own/theirs`;
    await Deno.symlink(`${folder}/secret`, link);
    await mustRun(["chown", "-h", `${USER}:${GROUP}`, link]);
    const scan = ["scan", "--include-reserved", "-q", "--cooldown", "50ms", "127.0.0.1"];
    for (
      const args of [
        ["-f", link],
        ["-c", "1", "-o", link, "127.0.0.1"],
        [...scan, "-o", link],
        [...scan, "--metadata", link],
      ]
    ) {
      const { code, stdout, stderr } = await namespace.run(SOURCE_PROGRAM.argv(...args));
      assertEquals([args, code, stdout], [args, 3, ""]);
      assertMatch(stderr, /it is a symbolic link of user 1300 in a folder that others can write$/m);
    }
    assertEquals(await Deno.readTextFile(`${folder}/secret`), "root:secret\n");
    // Root's own link there, and anyone's file, are used.
    const own = await namespace.run(
      SOURCE_PROGRAM.argv("-c", "1", "-o", `${folder}/own/link`, "127.0.0.1"),
    );
    assertEquals([own.code, own.stderr], [0, ""]);
  });
});

binaryTest({
  name: "set-uid root, the compiled program: no file of root's is read, shown or written",
  namespaces: true,
  tools: ["setpriv"],
}, async () => {
  await using namespace = await Namespace.open();
  await withFolders(async (folder) => {
    const [binary = ""] = BINARY_PROGRAM.argv();
    const path = `${folder}/icmptime`;
    await Deno.copyFile(binary, path);
    await Deno.chmod(path, 0o4755);
    const user = ["setpriv", `--reuid=${USER}`, `--regid=${GROUP}`, "--clear-groups"];
    const env = { SUDO_UID: "0", SUDO_GID: "0" };
    const run = (...args: string[]) => namespace.run([...user, path, ...args], { env, cwd: "/" });
    const read = await run("-f", `${folder}/secret`);
    assertEquals([read.code, read.stdout], [3, ""]);
    assertComplaint(read.stderr, /^icmptime: Cannot read \S+: Permission denied$/m);
    const written = await run("-c", "1", "-o", `${folder}/own/link`, "127.0.0.1");
    assertEquals([written.code, written.stdout], [3, ""]);
    assertEquals(await Deno.readTextFile(`${folder}/secret`), "root:secret\n");
    const asked = await run("--json", "-c", "1", "-o", `${folder}/own/results`, "127.0.0.1");
    assertEquals([asked.code, asked.stderr], [0, ""]);
    const { uid, gid } = await Deno.stat(`${folder}/own/results`);
    assertEquals([uid, gid], [USER, GROUP]);
  });
});
