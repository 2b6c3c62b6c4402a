/** The first module of the binary: loads icmptime with its code cache, and runs it. */

import { loadScript } from "./load.ts";

Deno.exit(await loadScript({ hasCache: true }).program.run(Deno.args));
