/** Values of `-I`, and names of `--fields`. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { checkFields } from "../../../src/cli/options/check_fields.ts";
import { readEgress } from "../../../src/cli/options/egress.ts";
import { UsageError } from "../../../src/cli/outcome.ts";

Deno.test("egress: one interface, one address, or one of each, in any order and repeated", () => {
  const both = { interfaceName: "eth0", sourceAddress: 0xc0000201 };
  assertEquals(readEgress([]), { interfaceName: undefined, sourceAddress: undefined });
  assertEquals(readEgress(["eth0"]), { ...both, sourceAddress: undefined });
  assertEquals(readEgress(["192.0.2.1"]), { ...both, interfaceName: undefined });
  assertEquals(readEgress(["eth0", "192.0.2.1"]), both);
  assertEquals(readEgress(["192.0.2.1", "eth0", "eth0", "192.0.2.1"]), both);
});

Deno.test("egress: two of one kind are refused, and the kind is named", () => {
  assertThrows(
    () => readEgress(["eth0", "eth1"]),
    UsageError,
    "Cannot send from eth0 and eth1: two values of the same kind, expected at most one interface",
  );
  assertThrows(() => readEgress(["192.0.2.1", "192.0.2.2"]), UsageError, "one source address");
});

Deno.test("fields: a name that does not exist is refused with the nearest, and so is a format without fields", async () => {
  const choice = { command: "audit", format: "json", quiet: false };
  await checkFields({ ...choice, fields: undefined });
  await checkFields({ ...choice, fields: ["type", "address", "verdict"] });
  await checkFields({ ...choice, format: "csv", fields: ["address"] });
  const refuses = (fields: readonly string[], message: string, format = "json") =>
    assertRejects(() => checkFields({ ...choice, format, fields }), UsageError, message);
  await refuses(
    ["address", "verdic"],
    "Cannot print field verdic: no such field, did you mean verdict?",
  );
  await refuses(["zzzzzzzzzzzz"], "no such field, see --list-fields");
  await refuses(["address"], "Cannot choose fields of this format: expected json or csv", "text");
  await checkFields({ ...choice, format: "text", fields: undefined });
});
