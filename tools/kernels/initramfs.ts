/** What a kernel starts with: busybox, the modules that the tests use, and a script that mounts the disks and runs the tests. */

import { capture, ToolError } from "../output.ts";
import { exists } from "./archive.ts";

/** Modules by name; those that they need are found, and those that a kernel has built in are passed over. */
const MODULES: readonly string[] = [
  ...["virtio_pci", "virtio_blk", "virtio_console", "virtio_rng", "ext4", "overlay"],
  ...["veth", "dummy", "tun", "bridge", "macvlan", "ipip", "ip_gre", "vrf", "8021q", "ifb"],
  ...["sch_netem", "sch_tbf", "sch_fq", "sch_fq_codel", "sch_ingress", "cls_u32", "cls_matchall"],
  ...["cls_basic", "act_mirred", "act_gact", "nf_tables", "nft_ct", "nft_limit", "nft_numgen"],
  ...["nft_counter", "nft_reject_inet", "nft_reject_ipv4", "nft_chain_nat", "nft_masq", "nft_nat"],
  ...["nft_log", "nft_compat", "nft_queue", "nft_hash", "nf_conntrack", "af_packet_diag"],
];

/** Mounts the disks below a layer of memory, and runs the tests; what they say goes to the host by the port of results. */
const INIT = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /root /mnt
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc none /proc && mount -t sysfs none /sys && mount -t devtmpfs none /dev
while read -r module; do insmod "$module" 2>/dev/null; done </modules
port=$(ls /dev/vport*p1 2>/dev/null | head -n 1)
if ! grep -q ' test=.' /proc/cmdline; then
  { uname -r; echo "== end"; } > "$port"
  poweroff -f
fi
for try in 1 2 3 4 5 6 7 8 9 10; do [ -b /dev/vdb ] && break; sleep 1; done
mkdir -p /lower /layer /new /results
mount -t ext4 -o ro /dev/vda /lower && mount -t tmpfs -o size=75% none /layer
mkdir -p /layer/upper /layer/work
mount -t overlay -o lowerdir=/lower,upperdir=/layer/upper,workdir=/layer/work none /new || echo "no overlay"
mount -t ext4 -o ro /dev/vdb /new/project
cp -r /lib/modules /new/lib/
for folder in proc sys dev; do [ -L /new/$folder ] && rm /new/$folder; mkdir -p /new/$folder; mount --move /$folder /new/$folder; done
mount -t tmpfs none /new/tmp; mkdir -p /new/run; mount -t tmpfs none /new/run
cp /run.sh /new/run.sh
exec switch_root /new /bin/sh /run.sh
`;

/** How tests are run inside: not quietly, which would keep back what a test prints, such as counts of round trips. */
export const GUEST_TEST_FLAGS: readonly string[] = [
  ...["--no-prompt", "--cached-only", "--no-lock", "--no-check", "--allow-all"],
];

const RUN = `export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
chmod 1777 /tmp
ip link set lo up
depmod -a 2>/dev/null
export DENO_DIR=/tmp/deno-dir DENO_NO_UPDATE_CHECK=1 NO_COLOR=1 TEST_KERNEL=1
export TEST_PATIENCE="$(tr ' ' '\\n' </proc/cmdline | sed -n 's/^patience=//p')"
# Without the binary its tests are left out, and named.
[ -e /project/dist ] && export REQUIRE_TOOLS=1
cp -r /project/deno-dir /tmp/deno-dir
cd /project
uname -r
# shellcheck disable=SC2046
./deno test ${
  GUEST_TEST_FLAGS.join(" ")
} --junit-path=/tmp/junit.xml $(cat /proc/cmdline | tr ' ' '\\n' | sed -n 's/^test=//p' | tr ',' ' ')
{ uname -r; cat /tmp/junit.xml; echo "== end"; } > "$(ls /dev/vport*p1 | head -n 1)"
sync
echo o > /proc/sysrq-trigger
sleep 10
`;

/**
 * Makes the initramfs of a kernel.
 *
 * @param tree folder with the unpacked packages of the kernel
 * @param busybox a static busybox for its processor
 * @param path where it is written
 */
export async function makeInitramfs(tree: string, busybox: string, path: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-initramfs-" });
  try {
    const base = await exists(`${tree}/usr/lib/modules`)
      ? `${tree}/usr/lib/modules`
      : `${tree}/lib/modules`;
    const [release] = [...Deno.readDirSync(base)].map(({ name }) => name);
    if (release === undefined) throw new ToolError(`Cannot find modules in ${tree}`);
    const found = await findModules(`${base}/${release}`);
    const list: string[] = [];
    for (const module of found) {
      const target = `lib/modules/${release}/${module.replace(/\.(xz|zst|gz)$/, "")}`;
      await Deno.mkdir(`${folder}/${target.replace(/\/[^/]*$/, "")}`, { recursive: true });
      await copyModule(`${base}/${release}/${module}`, `${folder}/${target}`);
      list.push(`/${target}\n`);
    }
    for (const name of ["modules.builtin", "modules.order", "modules.builtin.modinfo"]) {
      await Deno.copyFile(`${base}/${release}/${name}`, `${folder}/lib/modules/${release}/${name}`)
        .catch(() => {});
    }
    await Deno.mkdir(`${folder}/bin`);
    await Deno.copyFile(busybox, `${folder}/bin/busybox`);
    await Deno.chmod(`${folder}/bin/busybox`, 0o755);
    await Deno.writeTextFile(`${folder}/modules`, list.join(""));
    await Deno.writeTextFile(`${folder}/run.sh`, RUN);
    await Deno.writeTextFile(`${folder}/init`, INIT, { mode: 0o755 });
    const script = 'cd "$0" && find . | cpio --quiet -o -H newc > "$1"';
    const packed = await capture(["bash", "-c", script, folder, path]);
    if (!packed.success) throw new ToolError(`Cannot make an initramfs: ${packed.stderr.trim()}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Paths of the modules and of all that they need, each after what it needs. */
async function findModules(folder: string): Promise<string[]> {
  // The lists of a package are made when it is set up, which this one is not.
  const [, root = "", release = ""] = folder.match(/^(.*?)(?:\/usr)?\/lib\/modules\/([^/]+)$/) ??
    [];
  const base = folder.includes("/usr/lib/modules/") ? `${root}/usr` : root;
  const made = await capture(["depmod", "-b", base, release], {
    env: { PATH: `${Deno.env.get("PATH")}:/usr/sbin:/sbin` },
  });
  if (!made.success) throw new ToolError(`Cannot list modules: ${made.stderr.trim()}`);
  const needs = new Map<string, string[]>();
  const byName = new Map<string, string>();
  for (const line of (await Deno.readTextFile(`${folder}/modules.dep`)).split("\n")) {
    const [path = "", rest = ""] = line.split(":");
    if (path === "") continue;
    needs.set(path, rest.trim().split(" ").filter(Boolean));
    byName.set(nameOf(path), path);
  }
  const ordered = new Set<string>();
  const add = (path: string) => {
    if (ordered.has(path)) return;
    for (const needed of needs.get(path) ?? []) add(needed);
    ordered.add(path);
  };
  for (const name of MODULES) {
    const path = byName.get(name);
    if (path !== undefined) add(path);
  }
  return [...ordered];
}

function nameOf(path: string): string {
  return (path.split("/").at(-1) ?? "").replace(/\.ko(\.\w+)?$/, "").replaceAll("-", "_");
}

async function copyModule(from: string, to: string): Promise<void> {
  const tool = { xz: "xzcat", zst: "zstdcat", gz: "zcat" }[from.split(".").at(-1) ?? ""];
  if (tool === undefined) return await Deno.copyFile(from, to);
  const ended = await capture(["bash", "-c", `${tool} "$0" > "$1"`, from, to]);
  if (!ended.success) throw new ToolError(`Cannot unpack ${from}: ${ended.stderr.trim()}`);
}
