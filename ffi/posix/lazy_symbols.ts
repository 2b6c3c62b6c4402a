/**
 * Opens a library so that start-up does not pay for functions that a run never calls.
 *
 * Deno.dlopen compiles a trampoline for each function, 0.2 ms apiece: 10 ms for the whole of libc.ts, a fifth of
 * a run with one probe. So addresses alone are looked up at first (0.6 ms for all of them), and a function is made
 * when it is first used: a plain pointer (1 µs a call), or, for the few that run once a probe, a trampoline (50 ns).
 */

/**
 * Opens a library for the life of the program.
 *
 * @param path what dlopen(3) shall look for
 * @param table its functions
 * @param hot names of those that are called often enough for a trampoline to pay
 * @throws {Deno.errors.NotCapable} without `--allow-ffi`
 * @throws {TypeError} when the library, or a function in it, does not exist
 */
export function openLazily<Table extends Deno.ForeignLibraryInterface>(
  path: string,
  table: Table,
  hot: ReadonlySet<string>,
): Deno.DynamicLibrary<Table>["symbols"] {
  const definitions = Object.entries(table as Record<string, Deno.ForeignFunction>);
  const statics = Object.fromEntries(
    definitions.map(([key, { name = key }]) => [key, { name, type: "pointer" as const }]),
  );
  const addresses = openLibrary(path, statics);
  const symbols = {};
  for (const [key, definition] of definitions) {
    const make = () => {
      if (hot.has(key)) return Deno.dlopen(path, { [key]: definition }).symbols[key];
      return makeCallable(addresses[key] as Deno.PointerValue, definition);
    };
    Object.defineProperty(symbols, key, {
      configurable: true,
      enumerable: true,
      get() {
        const value = make();
        Object.defineProperty(symbols, key, { value, enumerable: true });
        return value;
      },
    });
  }
  return symbols as Deno.DynamicLibrary<Table>["symbols"];
}

function openLibrary<Table extends Deno.ForeignLibraryInterface>(
  path: string,
  table: Table,
): Deno.DynamicLibrary<Table>["symbols"] {
  try {
    return Deno.dlopen(path, table).symbols;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Deno.errors.NotCapable) throw error;
    const expected = "expected glibc, musl, or macOS's own";
    throw new TypeError(`Cannot use the C library ${path}: ${error.message}, ${expected}`);
  }
}

function makeCallable(address: Deno.PointerValue, definition: Deno.ForeignFunction): unknown {
  if (address === null) throw new TypeError("Cannot call a function of libc: it has no address");
  const typed = address as Deno.PointerObject<Deno.ForeignFunction>;
  const pointer = new Deno.UnsafeFnPointer(typed, definition);
  return pointer.call.bind(pointer);
}
