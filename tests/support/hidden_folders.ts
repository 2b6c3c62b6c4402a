/** Folders of the machine hidden from a program, in mounts of its own. */

import { PROJECT_FOLDER } from "../../tools/project.ts";

/**
 * A shell script that puts an empty folder, which takes nothing, in the place of each. The project stays where it is, wherever the
 * clone lies. To be run after `unshare --mount`.
 */
export function hideFolders(folders: readonly string[]): string {
  return folders.map((folder) => {
    if (!PROJECT_FOLDER.startsWith(`${folder}/`)) return `mount -t tmpfs -o ro none ${folder}`;
    const project = `'${PROJECT_FOLDER.replaceAll("'", "'\\''")}'`;
    return [
      `mount --bind ${project} /mnt`,
      `mount -t tmpfs -o mode=755 none ${folder}`,
      `mkdir -p ${project}`,
      `mount --move /mnt ${project}`,
      `mount -o remount,ro ${folder}`,
    ].join(" && ");
  }).join(" && ");
}
