/** Processor time of this process, from getrusage(2). */

const RUSAGE_SELF = 0;
const RUSAGE_BYTES = 144;

/** Processor time since the process started. */
export interface ProcessorTime {
  /** Spent in the program, in µs. */
  readonly userUs: number;
  /** Spent in the kernel, in µs. */
  readonly systemUs: number;
}

/** Reads the processor time of all threads of this process. */
export function readProcessorTime(): ProcessorTime {
  using libc = open();
  const times = new BigInt64Array(RUSAGE_BYTES / 8);
  libc.getrusage(RUSAGE_SELF, times);
  const [userSeconds = 0n, userUs = 0n, systemSeconds = 0n, systemUs = 0n] = times;
  return {
    userUs: Number(userSeconds * 1_000_000n + userUs),
    systemUs: Number(systemSeconds * 1_000_000n + systemUs),
  };
}

function open() {
  const library = Deno.dlopen("libc.so.6", {
    getrusage: { parameters: ["i32", "buffer"], result: "i32" },
  });
  return {
    getrusage: library.symbols.getrusage,
    [Symbol.dispose]: () => library.close(),
  };
}
