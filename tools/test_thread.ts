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
}

/** What became of it. */
export interface ThreadResult {
  /** Every test passed. */
  readonly isPassed: boolean;
  /** What ran, if that was asked. */
  readonly coverage?: Coverage | undefined;
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

function readCoverage(session: inspector.Session, folder: string): Promise<Coverage> {
  return new Promise((resolve, reject) => {
    const read = (error: Error | null, answer?: unknown) => {
      if (error !== null) return reject(error);
      const { result } = answer as { readonly result: readonly ScriptCoverage[] };
      const modules = result.filter(({ url }) => url.startsWith(folder));
      resolve(Object.fromEntries(
        modules.map((module) => [module.url.slice(folder.length), partsRun(module)]),
      ));
    };
    session.post("Profiler.takePreciseCoverage", read as () => void);
  });
}

async function runTests({ test, covered }: ThreadTask): Promise<ThreadResult> {
  const session = new inspector.Session();
  if (covered !== undefined) {
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }
  try {
    await import(test);
    for (const fn of tests) await fn(context);
  } catch {
    return { isPassed: false };
  }
  if (tests.length === 0) return { isPassed: false };
  if (covered === undefined) return { isPassed: true };
  return { isPassed: true, coverage: await readCoverage(session, covered) };
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
