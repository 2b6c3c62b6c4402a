/**
 * packaging/oci/Containerfile, built by buildah and run with NET_RAW alone. Its own base cannot be fetched from everywhere; what stands for
 * it here holds no more than that one is chosen for: glibc and libgcc.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { mustRun } from "../support/command.ts";
import { Namespace } from "../support/namespace.ts";
import { BINARY_PROGRAM, binaryTest } from "../support/program.ts";

/** What buildah grants without being asked, other than NET_RAW. */
const OTHERS =
  "CHOWN DAC_OVERRIDE FOWNER FSETID KILL NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT";

binaryTest({
  name:
    "container: the Containerfile builds on glibc and libgcc alone, and NET_RAW is all it takes",
  namespaces: true,
  tools: ["buildah", "ldd"],
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-container-" });
  const store = [
    "--root",
    `${folder}/store`,
    "--runroot",
    `${folder}/run`,
    "--storage-driver",
    "vfs",
  ];
  const argv = (...words: string[]) => ["buildah", ...store, ...words];
  const buildah = async (...words: string[]) =>
    (await mustRun(argv(...words), { timeoutMs: 180_000 })).stdout.trim();
  try {
    await Deno.mkdir(`${folder}/dist`);
    const [binary = ""] = BINARY_PROGRAM.argv();
    await Deno.copyFile(binary, `${folder}/dist/icmptime`);
    const base = await buildah("from", "scratch");
    const { stdout: libraries } = await mustRun(["ldd", binary]);
    for (const [, path = ""] of libraries.matchAll(/(\/\S+) \(0x/g)) {
      await buildah("copy", base, await Deno.realPath(path), path);
    }
    await buildah("commit", "--rm", base, "localhost/base");

    const file = `${PROJECT_FOLDER}packaging/oci/Containerfile`;
    const options = ["--isolation", "chroot", "--build-arg", "BASE=localhost/base", "--file", file];
    await buildah("build", ...options, "--tag", "localhost/icmptime", `${folder}/dist`);
    const { config } =
      JSON.parse(await buildah("inspect", "--type", "image", "localhost/icmptime")).OCIv1;
    assertEquals([config.Entrypoint, config.Cmd], [["/usr/bin/icmptime"], ["--help"]]);

    const container = await buildah("from", "localhost/icmptime");
    await using namespace = await Namespace.open();
    const run = (capabilities: readonly string[], ...words: string[]) =>
      namespace.run(
        argv(
          "run",
          "--isolation",
          "chroot",
          ...capabilities,
          container,
          ...config.Entrypoint,
          ...words,
        ),
        { timeoutMs: 120_000 },
      );
    const without = OTHERS.split(" ").map((name) => `--cap-drop=CAP_${name}`);
    const sent = await run([...without, "--cap-add=CAP_NET_RAW"], "-c", "1", "127.0.0.1");
    assertEquals(sent.code, 0, sent.stderr);
    // Without SETUID it cannot become another user, and says so; the capability it gives up all the same.
    assertMatch(
      sent.stderr,
      /^icmptime: stays root: CAP_SETUID is missing; [^\n]*gave up capabilities\n$/,
    );
    assertMatch(sent.stdout, /1 sent, 1 received/);
    const refused = await run(without, "-c", "1", "127.0.0.1");
    assertEquals(refused.code, 4, refused.stdout);
    assertMatch(refused.stderr, /--cap-add NET_RAW/);
  } finally {
    await mustRun(argv("rm", "--all"), { timeoutMs: 60_000 }).catch(() => {});
    await Deno.remove(folder, { recursive: true });
  }
});
