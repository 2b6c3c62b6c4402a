import { assert, assertEquals, assertThrows } from "@std/assert";
import { errnoCode, errnoNumber, errnoText, SystemError } from "../../../ffi/posix/errno.ts";

const linux = Deno.build.os === "linux";

Deno.test("a system error says what could not be done, and why", () => {
  const error = new SystemError("sendmmsg", errnoNumber("ENETUNREACH"), "send to 192.0.2.1");
  assertEquals(error.message, "Cannot send to 192.0.2.1: Network is unreachable (ENETUNREACH)");
  assertEquals([error.name, error.syscall, error.code], ["SystemError", "sendmmsg", "ENETUNREACH"]);
  assertEquals(error.errno, linux ? 101 : 51);
  assert(error instanceof Error);
});

Deno.test("code, number and text agree for every error of a socket", () => {
  for (
    const code of ["EPERM", "EINTR", "EAGAIN", "EACCES", "ENODEV", "EINVAL", "EMSGSIZE", "ENOBUFS"]
  ) {
    assertEquals(errnoCode(errnoNumber(code)), code);
    assert(!errnoText(errnoNumber(code)).startsWith("Unknown"), code);
  }
});

Deno.test("a number without a name is shown as a number", () => {
  assertEquals([errnoCode(4095), errnoText(4095)], ["E4095", "Unknown error 4095"]);
});

Deno.test("a name without a number is refused", () => {
  assertThrows(() => errnoNumber("ENOSUCHERROR"), RangeError, "ENOSUCHERROR");
});
