/**
 * The packages as users meet them: judged by lintian, rpmlint and systemd-analyze, then installed, run, reconfigured
 * and removed in a fresh Debian.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { compile } from "../../tools/deno_compile.ts";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { mustRun, runCommand } from "../support/command.ts";
import { DebianRoot } from "../support/debian_root.ts";
import { BINARY_PROGRAM, binaryTest } from "../support/program.ts";

const UNITS = ["icmptime-exporter.service", "icmptime@.service"];

/** `systemd-analyze security` counts in tenths. */
const MOST_EXPOSED = 20;

/** A guard against hanging: it takes seconds on an idle machine. */
const BUILD_LIMIT_MS = 1_200_000;

/** Builds both packages of the compiled binary; returns their paths. */
async function buildPackages(folder: string): Promise<{ deb: string; rpm: string }> {
  const [binary = ""] = BINARY_PROGRAM.argv();
  await mustRun([
    ...[Deno.execPath(), "run", "--quiet", "--no-lock", "--allow-all", "tools/package.ts"],
    ...["deb", "rpm", "--quick", "--binary", binary, "--output", folder],
  ], { cwd: PROJECT_FOLDER, timeoutMs: BUILD_LIMIT_MS });
  const names = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`);
  const find = (end: string) => names.find((name) => name.endsWith(end)) ?? "";
  return { deb: find(".deb"), rpm: find(".rpm") };
}

/** What runs in the booted system. Every line that it prints is compared. */
const SERVICES = `
wait_for() {
  for i in $(seq 1800); do eval "$1" && return; sleep 0.1; done
  echo "never: $1"
}
log=/var/log/icmptime/lo.jsonl
echo 127.0.0.1 >/etc/icmptime/lo.targets
systemctl start icmptime@lo.service
wait_for 'grep -qs rtt_ms $log'
pid=$(systemctl show -p MainPID --value icmptime@lo.service)
echo "user $(id -un $(stat -c %u /proc/$pid)) seccomp $(awk '/^Seccomp:/{print $2}' /proc/$pid/status)"
mv $log $log.1
systemctl reload icmptime@lo.service
wait_for 'grep -qs rtt_ms $log'
systemctl stop icmptime@lo.service
systemctl show -p Result --value icmptime@lo.service
tail -n 1 $log | grep -o '"reason":"[a-z]*"'

scrape() {
  (
    exec 3<>/dev/tcp/127.0.0.1/9877 &&
      printf 'GET /metrics HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 &&
      timeout 10 cat <&3
  ) 2>/dev/null
}
unit=icmptime-exporter.service
echo 127.0.0.1 >/etc/icmptime/exporter.targets
systemctl enable --quiet --now $unit
wait_for 'scrape | grep -q "^icmptime_received_total{.*127.0.0.1.*} [1-9]"'
pid=$(systemctl show -p MainPID --value $unit)
echo "exporter user $(id -un $(stat -c %u /proc/$pid)) capabilities $(awk '/^CapEff:/{print $2}' /proc/$pid/status)"
echo 127.0.0.2 >>/etc/icmptime/exporter.targets
systemctl reload $unit
wait_for 'scrape | grep -q "^icmptime_received_total{.*127.0.0.2.*} [1-9]"'
systemd-analyze security --threshold=${MOST_EXPOSED} $unit >/dev/null && echo "little exposed"
systemctl stop $unit
systemctl show -p Result --value $unit
`;

binaryTest({
  name:
    "packages: clean by the linters; installed, run, reconfigured and removed in a fresh Debian",
  root: true,
  namespaces: true,
  tools: [
    ...["dpkg-deb", "rpmbuild", "rpm", "lintian", "rpmlint", "readelf", "debootstrap"],
    ...["systemd-nspawn", "systemd-analyze", "getcap"],
  ],
}, async (context) => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-packages-" });
  try {
    // Side by side: most of a fresh Debian is unpacking, most of a package is compressing.
    const [built, opened] = await Promise.allSettled([buildPackages(folder), DebianRoot.open()]);
    if (opened.status === "rejected") throw opened.reason;
    await using root = opened.value;
    if (built.status === "rejected") throw built.reason;
    const { deb, rpm } = built.value;

    await context.step(
      "lintian has nothing to say that is not overridden with its reason",
      async () => {
        const argv = ["lintian", "--allow-root", "--info", "--display-info", "--fail-on"];
        const level = "error,warning,info";
        const result = await runCommand([...argv, level, deb], { timeoutMs: 300_000 });
        assertEquals([result.code, result.stdout], [0, ""]);
      },
    );

    await context.step(
      "rpmlint has nothing to say that is not filtered with its reason",
      async () => {
        const argv = ["rpmlint", "--config", `${PROJECT_FOLDER}packaging/rpm/rpmlint.toml`, rpm];
        const { code, stdout } = await runCommand(argv, { timeoutMs: 300_000 });
        assertEquals(code, 0, stdout);
        assertStringIncludes(stdout, "0 errors, 0 warnings");
      },
    );

    const fresh = await root.files();

    await context.step("the .deb installs; only root may send", async () => {
      await Deno.copyFile(deb, `${root.folder}/root/icmptime.deb`);
      await root.run(["dpkg", "-i", "/root/icmptime.deb"]);
      assertMatch(await root.run(["icmptime", "-c", "1", "127.0.0.1"]), /1 sent, 1 received/);
      const path = `${root.folder}/usr/bin/icmptime`;
      assertEquals((await mustRun(["getcap", path])).stdout, "");
    });

    await context.step("setcap is an option that holds, and that can be taken back", async () => {
      const ask = ["runuser", "-u", "nobody", "--", "icmptime", "-c", "1", "127.0.0.1"];
      await root.run(["sh", "-ec", "touch /etc/icmptime/setcap; dpkg -i /root/icmptime.deb"]);
      assertMatch(await root.run(ask), /1 sent, 1 received/);
      await root.run(["sh", "-ec", "rm /etc/icmptime/setcap; dpkg-reconfigure icmptime"]);
      assertMatch(await root.run(["sh", "-c", `${ask.join(" ")} || echo "code $?"`]), /code 4/);
    });

    await context.step("systemd finds no fault in the units, and little to attack", async () => {
      const units = UNITS.map((unit) => unit.replace("@", "@lo"));
      await root.run(["systemd-analyze", "verify", "--man=no", ...units]);
      for (const unit of UNITS) {
        const path = `${root.folder}/usr/lib/systemd/system/${unit}`;
        await mustRun([
          ...["systemd-analyze", "security", "--offline=true", `--threshold=${MOST_EXPOSED}`, path],
        ]);
      }
    });

    await context.step(
      "the services log, survive a rotation, answer a scrape and stop cleanly under systemd",
      async () => {
        const printed = await root.boot(SERVICES);
        assertEquals(printed.trim().split("\n"), [
          "user icmptime seccomp 2",
          "success",
          '"reason":"stopped"',
          "exporter user icmptime capabilities 0000000000000000",
          "little exposed",
          "success",
        ]);
      },
    );

    await context.step("purged, nothing is left but the logs of dpkg", async () => {
      await root.run([
        "sh",
        "-ec",
        "rm /root/icmptime.deb /etc/icmptime/*.targets; dpkg --purge icmptime",
      ]);
      assertEquals(await root.files(), fresh);
      assert(!(await exists(`${root.folder}/var/log/private/icmptime`)), "its logs are left");
    });

    await context.step("the .rpm installs, verifies, runs and goes", async () => {
      const rpmIn = (...words: string[]) =>
        mustRun(["rpm", "--root", root.folder, "--dbpath", "/var/lib/rpm", ...words]);
      await rpmIn("--install", "--nodeps", "--force-debian", rpm);
      assertEquals((await rpmIn("--verify", "--nodeps", "icmptime")).stdout, "");
      assertMatch(await root.run(["icmptime", "-c", "1", "127.0.0.1"]), /1 sent, 1 received/);
      await rpmIn("--erase", "--nodeps", "--force-debian", "icmptime");
      // Folders that all packages of an rpm system share, and none of them removes.
      const shared =
        /^\/usr\/share\/(?:fish|fish\/vendor_completions\.d|licenses|zsh\/site-functions)$/;
      const left = difference(await root.files(), fresh).filter((path) => !shared.test(path));
      assertEquals(left, []);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

binaryTest({ name: "packages: the same source gives the same binary" }, async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-same-" });
  try {
    const digests: string[] = [];
    for (const name of ["a", "b"]) {
      const output = `${folder}/${name}/icmptime`;
      await compile({ entry: `${PROJECT_FOLDER}bench/open_libc.ts`, output });
      digests.push(await digest(output));
    }
    assertEquals(digests[0], digests[1]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The texts of the first list that are not in the second. */
function difference(texts: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return texts.filter((text) => !known.has(text));
}

async function digest(path: string): Promise<string> {
  return (await mustRun(["sha256sum", path])).stdout.slice(0, 64);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
