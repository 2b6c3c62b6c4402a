/** Why probes were not sent, where no line of their own says so. */

import { assertEquals } from "@std/assert";
import type { SendError } from "../../../src/probe/transport.ts";
import { UnsentReasons } from "../../../src/report/unsent_reasons.ts";

const error = (syscall: string, code: string, host = "192.0.2.1"): SendError =>
  ({ syscall, code, message: `Cannot send to ${host}: ${code}` }) as SendError;

Deno.test("unsent: one line for each kind of refusal, with the first of that kind", () => {
  const reasons = new UnsentReasons();
  assertEquals(reasons.lines(), []);
  reasons.add(error("sendto", "EPERM"));
  assertEquals(reasons.lines(), ["1 not sent: Cannot send to 192.0.2.1: EPERM"]);
  reasons.add(error("sendto", "EPERM", "192.0.2.2"));
  reasons.add(error("sendmmsg", "EPERM"));
  assertEquals(reasons.lines(), [
    "2 not sent: Cannot send to 192.0.2.1: EPERM, …",
    "1 not sent: Cannot send to 192.0.2.1: EPERM",
  ]);
});

Deno.test("unsent: four kinds have a line, all others share one", () => {
  const reasons = new UnsentReasons();
  for (const code of ["EPERM", "EACCES", "ENETUNREACH", "EHOSTUNREACH"]) {
    reasons.add(error("sendto", code));
  }
  assertEquals(reasons.lines().length, 4);
  for (const code of ["EINVAL", "ENETDOWN", "EINVAL"]) reasons.add(error("sendto", code));
  reasons.add(error("sendto", "EPERM"));
  const lines = reasons.lines();
  assertEquals([lines.length, lines[0]?.startsWith("2 not sent"), lines[4]], [
    ...[5, true, "3 not sent for other reasons"],
  ]);
});
