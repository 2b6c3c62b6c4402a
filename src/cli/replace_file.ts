/** Puts new text in the place of a file's, so that a reader finds the old one or the new one. */

/**
 * Writes a new file beside the old one, makes it durable, and gives it the old one's name, by the rights that the process has now.
 *
 * @returns false where that cannot be: the path is no regular file, as a link or a pipe, or the folder takes no new file. The file is as it was.
 * @throws {Error} The new file cannot be written whole: the disk is full.
 */
export function replaceFile(path: string, bytes: Uint8Array): boolean {
  const info = stat(path);
  if (info !== undefined && !info.isFile) return false;
  const place = path.lastIndexOf("/") + 1;
  // A name that no other run gives to a file.
  const random = crypto.randomUUID().slice(0, 8);
  // Hidden, and without the end by which readers of a folder know their files.
  const temporary = `${path.slice(0, place)}.${path.slice(place)}.${random}`;
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(temporary, { write: true, createNew: true, mode: 0o644 });
  } catch {
    return false;
  }
  try {
    try {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
      file.syncDataSync();
    } finally {
      file.close();
    }
    return rename(temporary, path);
  } finally {
    remove(temporary);
  }
}

/** In a sticky folder the file of another user cannot be replaced. */
function rename(from: string, to: string): boolean {
  try {
    Deno.renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It has its name already.
  }
}

function stat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}
