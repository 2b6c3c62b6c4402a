/** Every number that ffi/ would use on macOS is that of its headers: compared without running there. */

import { assert, assertEquals } from "@std/assert";
import {
  DARWIN_CONSTANTS,
  DARWIN_ERROR_NUMBERS,
  DARWIN_LAYOUTS,
} from "../support/darwin_headers.ts";
import { runAs } from "../support/other_system.ts";

type Numbers = Readonly<Record<string, number>>;

/** What the modules of ffi/ export where Deno says that it runs on macOS. */
async function loadAsDarwin(code: string): Promise<unknown> {
  const { stdout, stderr } = await runAs({ os: "darwin" }, `console.log(JSON.stringify(${code}));`);
  assertEquals(stderr, "");
  return JSON.parse(stdout);
}

Deno.test("macOS: every constant is that of its headers", async () => {
  const ours = await loadAsDarwin(
    '{ ...await load("ffi/posix/constants.ts"), ...await load("ffi/darwin/constants.ts") }',
  ) as Numbers;
  const theirs = Object.assign({}, ...Object.values(DARWIN_CONSTANTS)) as Numbers;
  assert(Object.keys(ours).length > 40, "the constants were not found");
  assertEquals(ours, theirs);
});

Deno.test("macOS: every error number has the name of its header, and a text where Linux has one", async () => {
  const ours = await loadAsDarwin(
    `await load("ffi/posix/errno.ts").then(({ errnoCode, errnoNumber, errnoText, ...errors }) => ({
      codes: Array.from({ length: 108 }, (_, number) => errnoCode(number)),
      texts: [11, 35, 45, 67, 102].map(errnoText),
      constants: [errors.EAGAIN, errors.EINTR, errors.EMSGSIZE, errnoNumber("ENOTSUP")],
    }))`,
  );
  const { EAGAIN, EINTR, EMSGSIZE, ENOTSUP } = DARWIN_ERROR_NUMBERS;
  const names = new Map(
    Object.entries(DARWIN_ERROR_NUMBERS).map(([name, number]) => [number, name]),
  );
  assertEquals(ours, {
    codes: Array.from({ length: 108 }, (_, number) => names.get(number) ?? `E${number}`),
    texts: [
      "Resource deadlock avoided",
      "Resource temporarily unavailable",
      "Operation not supported",
      "Unknown error 67",
      "Operation not supported",
    ],
    constants: [EAGAIN, EINTR, EMSGSIZE, ENOTSUP],
  });
});

Deno.test("macOS: every size and offset of a structure is that of its headers", async () => {
  const layouts = await loadAsDarwin(
    '{ ...await load("ffi/posix/layout.ts"), ...await load("ffi/darwin/layout.ts") }',
  ) as Record<
    string,
    Numbers
  >;
  const address = await loadAsDarwin(
    '[...(await load("ffi/posix/socket_address.ts")).createSocketAddress(0x01020304, 0x0506)]',
  );
  assertEquals(Object.keys(layouts).sort(), Object.keys(DARWIN_LAYOUTS).sort());
  for (const [name, ours] of Object.entries(layouts)) {
    const theirs = DARWIN_LAYOUTS[name] ?? {};
    for (const [field, offset] of Object.entries(ours)) {
      // The family has 16 bits with us, and follows the length there: the address below shows both.
      if (name === "SockaddrIn" && field === "family") continue;
      // C writes the old action there, and Linux's is longer.
      if (name === "Sigaction" && field === "size") assert(offset >= (theirs[field] ?? NaN));
      else assertEquals(offset, theirs[field], `${name}.${field}`);
    }
  }
  const { length = NaN, family = NaN, port = NaN, address: octets = NaN, size = NaN } =
    DARWIN_LAYOUTS["SockaddrIn"] ?? {};
  const expected = new Uint8Array(size);
  expected[length] = size;
  expected[family] = DARWIN_CONSTANTS["sys/socket.h"]?.["AF_INET"] ?? NaN;
  expected.set([5, 6], port);
  expected.set([1, 2, 3, 4], octets);
  assertEquals(address, [...expected]);
});
