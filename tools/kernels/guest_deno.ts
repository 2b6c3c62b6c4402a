/** A Deno for the processor of a virtual machine: this one, or of the same version from npm. */

import { capture, ToolError } from "../output.ts";
import { exists } from "./archive.ts";
import type { Architecture } from "./kernels.ts";

/** Path of the Deno; one of another processor is fetched once. */
export async function findDeno(cache: string, architecture: Architecture): Promise<string> {
  const own = Deno.build.arch === "x86_64" ? "amd64" : "arm64";
  if (architecture.debian === own) return Deno.execPath();
  const path = `${cache}/deno-${Deno.version.deno}-${architecture.debian}`;
  if (await exists(path)) return path;
  const folder = await Deno.makeTempDir({ prefix: "icmptime-deno-" });
  try {
    const name = `${architecture.denoPackage}@${Deno.version.deno}`;
    const argv = ["npm", "pack", "--silent", "--pack-destination", folder, name];
    const packed = await capture(argv, { cwd: folder });
    if (!packed.success) {
      throw new ToolError(`Cannot fetch ${name}: npm says\n${packed.stderr.trim()}`);
    }
    const file = `${folder}/${packed.stdout.trim().split("\n").at(-1)}`;
    const unpacked = await capture(["tar", "-xzf", file, "-C", folder, "package/deno"]);
    if (!unpacked.success) throw new ToolError(`Cannot unpack ${name}: ${unpacked.stderr.trim()}`);
    await Deno.copyFile(`${folder}/package/deno`, `${path}.part`);
    await Deno.rename(`${path}.part`, path);
    return path;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
