import { assertEquals } from "@std/assert";
import { likelyDistance } from "../../../src/run/trace/answer.ts";

Deno.test("trace answer: hosts are thought to start with 32, 64, 128 or 255, and to be at least one hop away", () => {
  for (
    const [ttl, distance] of [[64, 1], [61, 4], [33, 32], [32, 1], [128, 1], [65, 64], [255, 1], [
      129,
      127,
    ]]
  ) {
    assertEquals(likelyDistance(ttl as number), distance, `${ttl}`);
  }
});
