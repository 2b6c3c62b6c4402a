/** Keeps the kernel stamping what arrives, for as long as the process of the tests lives. */

const AF_INET = 2, SOCK_DGRAM_CLOEXEC = 2 | 0o2_000_000;
const SOL_SOCKET = 1, SO_TIMESTAMP = 29;

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

let isKept = false;

/**
 * Opens a socket with receive stamps, which stays open.
 *
 * Linux stamps what arrives while some socket on the machine asks for it, and begins in a kernel thread of its own (socket(7),
 * `net_enable_timestamp`): the first replies to a program that is alone may come before, and a busy machine makes that time long.
 * With this socket the stamps are there when a program under test asks for them.
 */
export function keepReceiveStamps(): void {
  if (isKept || Deno.build.os !== "linux") return;
  isKept = true;
  using libc = new Libc();
  const descriptor = libc.symbols.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
  const isOn = new Uint8Array(Uint32Array.of(1).buffer);
  if (
    descriptor < 0 || libc.symbols.setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMP, isOn, 4) < 0
  ) {
    throw new Error("Cannot keep receive stamps: the kernel refuses the socket");
  }
}

/** The C library, closed again: what stays open for good the sanitizer of Deno 2.4 holds against the first test. */
class Libc implements Disposable {
  readonly #library = Deno.dlopen("libc.so.6", SYMBOLS);
  readonly symbols = this.#library.symbols;

  [Symbol.dispose](): void {
    this.#library.close();
  }
}
