/** Files of blocks on disks that fill up. */

import { assertEquals, assertThrows } from "@std/assert";
import { FileSink } from "../../../src/terminal/file_sink.ts";
import { wholeBlocks } from "../../../src/terminal/whole_blocks.ts";

/** A file with room for some octets. */
class SmallFile {
  octets: number[] = [];
  constructor(readonly room: number) {}

  writeSync(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room - this.octets.length);
    if (count === 0) throw new Error("full");
    this.octets.push(...bytes.subarray(0, count));
    return count;
  }

  seekSync(): number {
    return this.octets.length;
  }

  truncateSync(length: number): void {
    this.octets.length = length;
  }
}

/** A block of that many octets. */
function block(length: number): number[] {
  const bytes = new Uint8Array(length).fill(0xa5);
  new DataView(bytes.buffer).setUint32(4, length, true);
  return [...bytes];
}

Deno.test("block file: a full disk leaves whole blocks", () => {
  const first = Uint8Array.from([...block(12), ...block(20)]);
  const second = Uint8Array.from([...block(16), ...block(40), ...block(12)]);
  for (let room = 0; room <= first.length + second.length; room++) {
    const file = new SmallFile(room);
    const sink = new FileSink(file, wholeBlocks);
    const ends = [12, 32, 48, 88, 100];
    const write = () => [first, second].forEach((chunk) => sink.writeSync(chunk));
    if (room < 100) assertThrows(write, Error, "full");
    else write();
    assertEquals(file.octets.length, ends.findLast((end) => end <= room) ?? 0, `${room} octets`);
  }
});
