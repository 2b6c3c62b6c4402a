import { assertEquals } from "@std/assert";
import { escapeLabelValue, formatLabels } from "../../../src/prometheus/label_text.ts";

Deno.test("labels: quotes, backslashes and line breaks are escaped", () => {
  assertEquals(escapeLabelValue('a "b" \\ c\nd'), 'a \\"b\\" \\\\ c\\nd');
  assertEquals(escapeLabelValue("\\n"), "\\\\n");
});

Deno.test("labels: other control characters and halves of characters are replaced", () => {
  assertEquals(escapeLabelValue("a\0b\rc\x1b[31md\x7f\x85e\t"), "a�b�c�[31md��e�");
  assertEquals(escapeLabelValue("\ud800x"), "�x");
  assertEquals(escapeLabelValue("zürich 東京 🕰"), "zürich 東京 🕰");
});

Deno.test("labels: an empty value is no label", () => {
  assertEquals(formatLabels({ group: "a", site: "", target: "b" }), 'group="a",target="b"');
  assertEquals(formatLabels({}), "");
});
