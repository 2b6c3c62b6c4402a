/**
 * icmptime: asks hosts for their time with ICMP Timestamp requests.
 *
 * @module
 */

import { run } from "./src/cli/run.ts";

if (import.meta.main) Deno.exit(await run(Deno.args));
