/** setns(2): moves the thread that runs the tests into a network namespace and back. */

const CLONE_NEWNET = 0x4000_0000;
const O_RDONLY_CLOEXEC = 0o2_000_000;

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  setns: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * Enters a network namespace made by `ip netns add`.
 *
 * Only the calling thread moves. Threads that Deno starts meanwhile would move too, so do
 * nothing asynchronous before leaving.
 *
 * @param name Name of the namespace.
 * @returns Disposing it moves the thread back to where it was.
 */
export function enterNamespace(name: string): Disposable {
  const libc = Deno.dlopen("libc.so.6", SYMBOLS);
  const home = openPath(libc, "/proc/thread-self/ns/net");
  move(libc, `/run/netns/${name}`);
  return {
    [Symbol.dispose]() {
      const back = libc.symbols.setns(home, CLONE_NEWNET);
      libc.symbols.close(home);
      libc.close();
      if (back !== 0) throw new Error(`Cannot leave network namespace ${name}: setns failed`);
    },
  };
}

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>;

function openPath(libc: Libc, path: string): number {
  const descriptor = libc.symbols.open(new TextEncoder().encode(`${path}\0`), O_RDONLY_CLOEXEC);
  if (descriptor < 0) throw new Error(`Cannot open ${path}: is it there, and is this root?`);
  return descriptor;
}

function move(libc: Libc, path: string): void {
  const descriptor = openPath(libc, path);
  const moved = libc.symbols.setns(descriptor, CLONE_NEWNET);
  libc.symbols.close(descriptor);
  if (moved !== 0) throw new Error(`Cannot enter ${path}: setns failed`);
}
