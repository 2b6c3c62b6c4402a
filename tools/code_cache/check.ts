/** Says whether V8 takes the code cache in this process; for the tests. */

import { loadScript } from "./load.ts";

const { script } = loadScript({ hasCache: true });
Deno.exit(script.cachedDataRejected === false ? 0 : 1);
