import { assertEquals } from "@std/assert";
import type { ReplyDetail } from "../../../src/probe/outcome.ts";
import { describeReply, likelyDistance } from "../../../src/run/trace/answer.ts";

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

Deno.test("trace answer: a reply has the time of an IP option where timestamps were read from it", () => {
  const reply = (stamps: ReplyDetail["stamps"]) =>
    describeReply({ rttNs: 4e6, header: { ttl: 61 }, stamps } as ReplyDetail);
  const stamps = { originateMs: 1, receiveMs: 2, transmitMs: 2 };
  assertEquals(reply(stamps), { rttNs: 4e6, ttl: 61, hasOptionTime: true });
  assertEquals(reply(undefined), { rttNs: 4e6, ttl: 61, hasOptionTime: false });
});
