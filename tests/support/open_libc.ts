/**
 * Imported for its effect: opens libc before the first test. It stays open for good, which the resource sanitizer of
 * Deno 2.4 would otherwise hold against the first test that uses it.
 */

import { openLinuxLibc } from "../../ffi/linux/libc.ts";
import { openLibc } from "../../ffi/posix/libc.ts";

// Each function is opened when it is first looked at.
Object.values(openLibc());
if (Deno.build.os === "linux") Object.values(openLinuxLibc());
