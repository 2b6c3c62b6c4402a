import { assertEquals } from "@std/assert";
import { digitsFor, formatMs } from "../../../src/time/mod.ts";

Deno.test("decimals follow the bound", () => {
  const table: [number, number][] = [
    [Infinity, 0],
    [NaN, 0],
    [250, 0],
    [10, 0],
    [1, 0],
    [0.5, 1],
    [0.1, 1],
    [0.099, 2],
    [0.012, 2],
    [0.01, 2],
    [0.001, 3],
    [0.0005, 4],
    [1e-6, 6],
    [1e-9, 6],
    [0, 6],
  ];
  for (const [bound, digits] of table) assertEquals(digitsFor(bound), digits, `bound ${bound}`);
});

Deno.test("numbers are written with the digits of their bound and never as minus zero", () => {
  assertEquals(formatMs(123.456789, 0.012), "123.46");
  assertEquals(formatMs(123.456789, 3), "123");
  assertEquals(formatMs(-0.004, 0.05), "0.00");
  assertEquals(formatMs(-0.4, 20), "0");
  assertEquals(formatMs(-1.5, 0.5), "-1.5");
});
