import { assert, assertEquals, assertRejects } from "@std/assert";
import { gunzip, GzipError, isGzip } from "../../../src/cli/gunzip.ts";

/** Random octets, which do not get shorter: each piece of the gzipped data holds some. */
const PLAIN = crypto.getRandomValues(new Uint8Array(50_000));
const PIECE_BYTES = 4096;

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield await Promise.resolve(bytes.subarray(at, at + PIECE_BYTES));
  }
}

/** What was unpacked, and why no more. */
async function unpack(bytes: Uint8Array): Promise<{ plain: Uint8Array; reason: string }> {
  const plain: number[] = [];
  try {
    for await (const piece of gunzip(pieces(bytes))) plain.push(...piece);
  } catch (error) {
    assert(error instanceof GzipError, String(error));
    return { plain: new Uint8Array(plain), reason: error.message };
  }
  return { plain: new Uint8Array(plain), reason: "" };
}

Deno.test("gunzip: gzipped data are known by their head, and unpacked whole", async () => {
  const packed = await gzip(PLAIN);
  assertEquals([isGzip(packed), isGzip(PLAIN.subarray(0, 1)), isGzip(new Uint8Array(0))], [
    true,
    false,
    false,
  ]);
  assertEquals(await unpack(packed), { plain: PLAIN, reason: "" });
});

Deno.test("gunzip: what was cut off is unpacked up to there, and the place is named", async () => {
  const packed = await gzip(PLAIN);
  const { plain, reason } = await unpack(packed.subarray(0, 30_000));
  assertEquals(reason, "the gzipped data are cut off or damaged, at octet 30000");
  assert(plain.length > 29_000, `${plain.length}`);
  assertEquals(plain, PLAIN.subarray(0, plain.length));
});

Deno.test("gunzip: a wrong checksum, and data behind the end, have reasons of their own", async () => {
  const packed = await gzip(PLAIN);
  const { length } = packed;
  const changed = packed.slice();
  changed[length - 8] = (changed[length - 8] ?? 0) ^ 1;
  assertEquals(await unpack(changed), {
    plain: PLAIN,
    reason: `the checksum of the gzipped data is wrong, at octet ${length}`,
  });
  const { reason } = await unpack(new Uint8Array([...packed, 1, 2, 3]));
  assertEquals(reason, `other data follow the gzipped, before octet ${length + 3}`);
  const noBlock = packed.slice();
  // Block type 3 is reserved, RFC 1951 §3.2.3.
  noBlock[10] = 0x07;
  assertEquals(
    (await unpack(noBlock)).reason.replace(/\d+$/, "#"),
    "the gzipped data are damaged, before octet #",
  );
});

Deno.test("gunzip: what the source throws is passed on", async () => {
  const packed = await gzip(PLAIN);
  async function* failing() {
    yield await Promise.resolve(packed.subarray(0, 5000));
    throw new TypeError("Input/output error");
  }
  await assertRejects(
    async () => {
      for await (const _ of gunzip(failing()));
    },
    TypeError,
    "Input/output error",
  );
});

Deno.test("gunzip: members follow each other, wherever the pieces end", async () => {
  // The octets of a head are in the data of a member that is not compressed, too.
  const heads = new Uint8Array(600).map((_, index) => [0x1f, 0x8b, 8, 0][index % 4] as number);
  const parts = [PLAIN.slice(0, 9000), new Uint8Array(0), heads, PLAIN.slice(9000, 20_000)];
  const packed: number[] = [];
  const plain: number[] = [];
  for (const part of parts) {
    packed.push(...await gzip(part));
    plain.push(...part);
    assertEquals(await unpack(new Uint8Array(packed)), {
      plain: new Uint8Array(plain),
      reason: "",
    });
  }
  const bytes = new Uint8Array(packed);
  async function* each() {
    // Every octet alone, where the first member ends and the others begin.
    yield await Promise.resolve(bytes.subarray(0, 9000));
    for (let at = 9000; at < 9300; at++) yield bytes.subarray(at, at + 1);
    yield bytes.subarray(9300);
  }
  const unpacked: number[] = [];
  for await (const piece of gunzip(each())) unpacked.push(...piece);
  assertEquals(unpacked, plain);
  const { reason } = await unpack(bytes.subarray(0, bytes.length - 1));
  assertEquals(reason, `the gzipped data are cut off or damaged, at octet ${bytes.length - 1}`);
});

Deno.test("gunzip: what becomes a thousand times as long is handed over in parts", async () => {
  const packed = await gzip(new Uint8Array(64 << 20));
  let longest = 0, length = 0;
  const whole = async function* () {
    yield await Promise.resolve(packed);
  };
  for await (const piece of gunzip(whole())) {
    longest = Math.max(longest, piece.length);
    length += piece.length;
  }
  assertEquals(length, 64 << 20);
  assert(longest <= 20 << 20, `${longest} octets at once`);
});

Deno.test("gunzip: an octet behind the end is no member", async () => {
  const packed = await gzip(PLAIN);
  const { reason } = await unpack(new Uint8Array([...packed, 7]));
  assertEquals(reason, `other data follow the gzipped, before octet ${packed.length + 1}`);
});
