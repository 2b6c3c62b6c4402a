/** A PATH in which `icmptime` is the program under test and the wrappers of packaging/bin come first. */

import { PROJECT_FOLDER } from "../../tools/project.ts";
import { SOURCE_PROGRAM } from "./program.ts";

/** Folder of the wrappers. */
export const WRAPPERS = `${PROJECT_FOLDER}packaging/bin`;

/** The folder of `icmptime` for others to find. */
export class WrappedPath implements AsyncDisposable {
  /** Value for PATH. */
  readonly path: string;
  /** The folder that has `icmptime` alone. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.path = [WRAPPERS, folder, Deno.env.get("PATH")].join(":");
  }

  /** Makes the folder. */
  static async open(): Promise<WrappedPath> {
    const folder = await Deno.makeTempDir({ prefix: "icmptime-path-" });
    await Deno.chmod(folder, 0o755);
    const words = SOURCE_PROGRAM.argv().map((word) => `'${word}'`).join(" ");
    const path = `${folder}/icmptime`;
    await Deno.writeTextFile(path, `#!/bin/sh\nexec ${words} "$@"\n`);
    await Deno.chmod(path, 0o755);
    return new WrappedPath(folder);
  }

  /** argv that runs a program with this PATH. */
  argv(...argv: readonly string[]): string[] {
    return ["env", `PATH=${this.path}`, ...argv];
  }

  /** Removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
