/** The files of this machine, with the rights of the caller. */

import { openNamed, withCallersRights } from "../../ffi/mod.ts";
import type { WritableFile } from "../run/machine.ts";
import { writeAll } from "../terminal/line_sink.ts";
import { optional } from "./optional.ts";
import { replaceFile } from "./replace_file.ts";
import type { Files } from "./system.ts";

/** This machine's files. */
export const FILES: Files = {
  openFile,
  readRegularFile,
  replaceFile,
  identifyFile: (path) => withCallersRights(() => identifyFile(path)),
};

function openFile(path: string, mode: "create" | "keep"): WritableFile {
  const file = openNamed(
    path,
    () => Deno.openSync(path, { write: true, create: mode === "create" }),
  );
  // Now: once root is given up, the path may be out of reach.
  const { isFile } = file.statSync();
  return {
    clear() {
      if (!isFile) return;
      file.truncateSync();
      file.seekSync(0, Deno.SeekMode.Start);
    },
    writeSync: (bytes) => file.writeSync(bytes),
    writeAt(offsetBytes, bytes) {
      file.seekSync(offsetBytes, Deno.SeekMode.Start);
      writeAll(file, bytes);
    },
    close: () => file.close(),
  };
}

/** Links to follow before a chain of them is taken for a ring, as in Linux (path_resolution(7)). */
const MAX_LINKS = 40;

function identifyFile(path: string, links = 0): { id: string; sizeBytes: number } | undefined {
  const found = optional(() => Deno.statSync(path));
  if (found !== undefined) {
    return found.isFile ? { id: `${found.dev} ${found.ino}`, sizeBytes: found.size } : undefined;
  }
  // A link to a file that is not there yet.
  const target = optional(() => Deno.readLinkSync(path));
  const slash = path.lastIndexOf("/");
  const folder = slash < 0 ? "." : path.slice(0, slash + 1);
  if (target !== undefined && links < MAX_LINKS) {
    return identifyFile(target.startsWith("/") ? target : `${folder}/${target}`, links + 1);
  }
  const real = optional(() => Deno.realPathSync(folder));
  return real === undefined ? undefined : { id: `${real}/${path.slice(slash + 1)}`, sizeBytes: 0 };
}

function readRegularFile(path: string, maxBytes: number): string | undefined {
  return optional(() => {
    using file = openNamed(path, () => Deno.openSync(path));
    const { isFile, size } = file.statSync();
    if (!isFile || size > maxBytes) return undefined;
    const bytes = new Uint8Array(size);
    let length = 0;
    for (let read; (read = file.readSync(bytes.subarray(length)) ?? 0) > 0;) length += read;
    return new TextDecoder().decode(bytes.subarray(0, length));
  });
}
