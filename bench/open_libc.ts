/** The least that a program with FFI can do: open the C library and end. The measure of start-up. */

const libc = Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } });
libc.symbols.getpid();
libc.close();
