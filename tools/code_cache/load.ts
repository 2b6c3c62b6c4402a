/** Loads the script of icmptime, which lies beside this module. */

import vm from "node:vm";
import type { LoadedProgram } from "./entry.ts";

const PATH = `${import.meta.dirname}/icmptime`;

/** A script whose program has been loaded. */
export interface LoadedScript {
  /** For its code cache. */
  readonly script: vm.Script;
  /** What it holds. */
  readonly program: LoadedProgram;
}

/** Loads the script, with its code cache where there is one; V8 may refuse that, and then compiles as ever. */
export function loadScript({ hasCache }: { readonly hasCache: boolean }): LoadedScript {
  const script = new vm.Script(Deno.readTextFileSync(`${PATH}.script`), {
    filename: "icmptime.js",
    ...(hasCache ? { cachedData: Deno.readFileSync(`${PATH}.cache`) } : {}),
  });
  script.runInThisContext();
  const { icmptime } = globalThis as { icmptime?: LoadedProgram };
  if (icmptime === undefined) {
    throw new TypeError("Cannot load icmptime: its script defines nothing");
  }
  return { script, program: icmptime };
}
