/**
 * Runs one file of tests on a thread of its own, without a process of its own: a stand-in for `deno test` that takes a tenth of
 * the time. It fails where `deno test` does, but for its sanitizers.
 *
 * On request it says which parts of the modules ran, by the profiler of V8.
 */

import inspector from "node:inspector";
import { type Coverage, partsRun, type ScriptCoverage } from "./coverage.ts";

/** What the thread is asked to do. */
export interface ThreadTask {
  /** URL of the file of tests. */
  readonly test: string;
  /** URL of the folder whose modules are looked at, with a slash at its end; undefined for no coverage. */
  readonly covered?: string | undefined;
  /** Which tests run, by their places in the file, in this order; all of them, the first first, if undefined. */
  readonly places?: readonly number[] | undefined;
}

/** What became of it. */
export interface ThreadResult {
  /** Every test passed. */
  readonly isPassed: boolean;
  /** What ran, if that was asked. */
  readonly parts?: FileParts | undefined;
}

/** What a file of tests runs. */
export interface FileParts {
  /** While modules load, whichever test runs. */
  readonly loading: readonly Coverage[];
  /** For each test, by its place. */
  readonly tests: readonly TestParts[];
}

/** What one test runs. */
export interface TestParts {
  /** The parts of modules. */
  readonly coverage: Coverage;
  /** How long it took, milliseconds. */
  readonly ms: number;
}

type TestFunction = (context: TestContext) => unknown;
interface TestContext {
  step(first: unknown, second?: unknown): Promise<boolean>;
}

const tests: TestFunction[] = [];

/** The function among the arguments of `Deno.test` and `step`; undefined for a test that is left out. */
function functionOf(args: readonly unknown[]): TestFunction | undefined {
  for (const arg of args) {
    if (typeof arg === "function") return arg as TestFunction;
    if (typeof arg !== "object" || arg === null) continue;
    const { ignore, fn } = arg as { readonly ignore?: boolean; readonly fn?: TestFunction };
    if (ignore === true) return undefined;
    if (fn !== undefined) return fn;
  }
  return undefined;
}

const context: TestContext = {
  step: async (...args) => {
    await functionOf(args)?.(context);
    return true;
  },
};

/** The profiler of V8. */
class Profiler {
  readonly #session = new inspector.Session();
  readonly #folder: string;

  /** Looks at the modules of that folder. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** What ran since it was last asked. Modules that were loaded in this time are in `loading`. */
  read(): Promise<{ readonly coverage: Coverage; readonly loading: Coverage }> {
    return new Promise((resolve, reject) => {
      const read = (error: Error | null, answer?: unknown) => {
        if (error !== null) return reject(error);
        const { result } = answer as { readonly result: readonly ScriptCoverage[] };
        const coverage: Record<string, readonly number[]> = {};
        const loading: Record<string, readonly number[]> = {};
        for (const script of result) {
          const parts = script.url.startsWith(this.#folder) ? partsRun(script) : [];
          if (parts.length === 0) continue;
          (isLoading(script) ? loading : coverage)[script.url.slice(this.#folder.length)] = parts;
        }
        resolve({ coverage, loading });
      };
      this.#session.post("Profiler.takePreciseCoverage", read as () => void);
    });
  }
}

/** Whether the module itself ran, not only its functions. */
function isLoading({ functions }: ScriptCoverage): boolean {
  return functions.some(({ ranges: [whole] }) => whole?.startOffset === 0 && whole.count > 0);
}

async function runTests({ test, covered, places }: ThreadTask): Promise<ThreadResult> {
  const profiler = covered === undefined ? undefined : new Profiler(covered);
  const loading: Coverage[] = [];
  const parts: TestParts[] = [];
  try {
    await import(test);
    if (profiler !== undefined) loading.push((await profiler.read()).loading);
    for (const place of places ?? tests.keys()) {
      const fromMs = performance.now();
      await tests[place]?.(context);
      const ms = performance.now() - fromMs;
      const read = await profiler?.read();
      if (read === undefined) continue;
      loading.push(read.loading);
      parts[place] = { coverage: read.coverage, ms };
    }
  } catch {
    return { isPassed: false };
  }
  if (tests.length === 0) return { isPassed: false };
  return { isPassed: true, parts: profiler && { loading, tests: parts } };
}

const register = (...args: readonly unknown[]) => {
  const fn = functionOf(args);
  if (fn !== undefined) tests.push(fn);
};
Object.defineProperty(Deno, "test", {
  value: Object.assign(register, { ignore: () => {}, only: register }),
  configurable: true,
});
// What is tested may print: that is not ours.
// deno-lint-ignore no-console
for (const name of ["log", "info", "warn", "error", "debug"] as const) console[name] = () => {};

/** The port to the thread that started this one. */
const port = globalThis as unknown as {
  onmessage(event: MessageEvent<ThreadTask>): void;
  postMessage(result: ThreadResult): void;
};
port.onmessage = async ({ data }) => port.postMessage(await runTests(data));
