import { assertEquals } from "@std/assert";
import type { Field } from "../../../src/record/field.ts";
import { selectFields } from "../../../src/record/select_fields.ts";

const field = (name: string): Field<unknown> => ({
  name,
  type: "number",
  description: name,
  value: () => 1,
});
const FIELDS = ["a", "b", "c"].map(field);
const namesOf = (names: readonly string[] | undefined) =>
  selectFields(FIELDS, names).map(({ name }) => name);

Deno.test("fields: all in their order when none is named", () =>
  assertEquals(namesOf(undefined), ["a", "b", "c"]));
Deno.test("fields: those named, in the order of the names", () =>
  assertEquals(namesOf(["c", "a"]), ["c", "a"]));
Deno.test("fields: a name of another record's field is passed over", () =>
  assertEquals(namesOf(["x", "b"]), ["b"]));
Deno.test("fields: none is none", () => assertEquals(namesOf([]), []));
