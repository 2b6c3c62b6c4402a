import { assertEquals } from "@std/assert";
import { findAgreement } from "../../../src/clock/mod.ts";
import { formatConsensus } from "../../../src/report/consensus_text.ts";
import { clockEvent, withoutColour } from "./clock_fixture.ts";

/** What hosts with such bounds, 10.20.0.0 and so on, say of our clock. */
function verdict(
  bounds: readonly (readonly [number, number])[],
  notCounted: readonly string[] = [],
): string[] {
  const clocks = bounds.map(([lowerMs, upperMs], index) =>
    clockEvent({ lowerMs, upperMs }, [], {
      label: `10.20.0.${index}`,
      address: 0x0a140000 + index,
    })
  );
  const agreement = findAgreement(
    bounds.map(([lowerMs, upperMs], index) => ({ host: `10.20.0.${index}`, lowerMs, upperMs })),
  );
  if (agreement === undefined) throw new Error("no host");
  const event = { consensus: agreement, notCounted, time: 0 };
  return withoutColour(formatConsensus(event, clocks, 80)).split("\n");
}

Deno.test("consensus: of 233 hosts 221 are within 2 ms of our clock", () => {
  const kept = Array.from({ length: 221 }, (_, index) => Math.sin(index) * 1.7);
  const off = Array.from(
    { length: 12 },
    (_, index) => (index + 1) * 1000 * (index === 4 ? 720 : 1),
  );
  assertEquals(verdict([...kept, ...off].map((ms) => [ms - 0.3, ms + 0.3] as const)), [
    "Our clock agrees with most: 221 of 233 hosts are within 2 ms of it.",
    "If most are right, it is between 1.150 ms ahead of true time and 1.165 ms behind",
    "  it (RFC 5905).",
    "Farther off: 10.20.0.225 +1:00:00.000 ±0.001 s, 10.20.0.232 +12.000 ±0.001 s,",
    "  10.20.0.231 +11.000 ±0.001 s, 10.20.0.230 +10.000 ±0.001 s,",
    "  10.20.0.229 +9.000 ±0.001 s, 10.20.0.228 +8.000 ±0.001 s,",
    "  10.20.0.227 +7.000 ±0.001 s, 10.20.0.226 +6.000 ±0.001 s and 4 more.",
  ]);
});

Deno.test("consensus: our own clock is behind most, or ahead of them", () => {
  assertEquals(verdict([[699, 701], [699.5, 702], [-9, -8]]), [
    "Our clock is off, if most hosts are right: 2 of 3 hosts agree (RFC 5905).",
    "It is 699.500 to 701.000 ms behind true time.",
    "Not with the majority: 10.20.0.2 -8.5 ±0.5 ms.",
  ]);
  assertEquals(verdict([[-701, -699], [-702, -699.5]]), [
    "Our clock is off, if most hosts are right: 2 of 2 hosts agree (RFC 5905).",
    "It is 699.500 to 701.000 ms ahead of true time.",
  ]);
  assertEquals(verdict([[3_600_000, 3_600_001], [3_600_000.5, 3_600_002]]), [
    "Our clock is off, if most hosts are right: 2 of 2 hosts agree (RFC 5905).",
    "It is 1:00:00.0005 to 1:00:00.0010 behind true time.",
  ]);
  assertEquals(
    verdict([[41, 42], [45, 46], [90_000, 90_001]])[0],
    "Our clock is off, if most hosts are right: 2 of 3 hosts agree to within 2 ms",
  );
});

Deno.test("consensus: hosts around us, at two places, or nowhere together", () => {
  assertEquals(verdict([[-1, 2], [-3, 1.5]]), [
    "Our clock agrees with most: 2 of 2 hosts are within 5 ms of it.",
    "If most are right, it is between 1.000 ms ahead of true time and 1.500 ms behind",
    "  it (RFC 5905).",
  ]);
  assertEquals(verdict([[-10, 10], [-10, -5], [-1, 1]]), [
    "Our clock may be right or not: 2 of 3 hosts agree, at more than one place",
    "  (RFC 5905).",
    "It is between 10.000 ms ahead of true time and 1.000 ms behind it.",
  ]);
  assertEquals(verdict([[0, 1], [5000, 5001], [-9000, -8999]], ["127.0.0.1"]), [
    "No majority: at most 1 of 3 hosts agree to within 100 ms.",
    "They are at 10.20.0.2 -8.999 ±0.001 s, 10.20.0.1 +5.000 ±0.001 s,",
    "  10.20.0.0 +0.5 ±0.5 ms.",
    "Not counted (this machine, or counted already): 127.0.0.1.",
  ]);
});

Deno.test("consensus: eight hosts are named, of more the others are counted", () => {
  const named = (count: number) => {
    const off = Array.from({ length: count }, (_, i) => [5000 + i, 5001 + i] as const);
    const around = Array.from({ length: count + 1 }, () => [-1, 1] as const);
    return verdict([...around, ...off]).join(" ").replaceAll(/ {2,}/g, " ").split("off: ")[1];
  };
  assertEquals(named(1), "10.20.0.2 +5.000 ±0.001 s.");
  assertEquals([named(8)?.split(", ").length, named(8)?.includes("more")], [8, false]);
  assertEquals([named(9)?.split(", ").length, named(9)?.endsWith(" and 1 more.")], [8, true]);
});

Deno.test("consensus: hosts outside the majority, the farthest from it first", () => {
  const lines = verdict([[700, 702], [700, 702], [700, 702], [721, 722], [650, 651]]);
  assertEquals(
    lines.at(-1),
    "Not with the majority: 10.20.0.4 +650.5 ±0.5 ms, 10.20.0.3 +721.5 ±0.5 ms.",
  );
});

Deno.test("consensus: a host that does not count, or has no bounds, is no witness", () => {
  const hosts = [[-1, 1], [-2, 2], [4000, 4001]] as const;
  assertEquals(verdict(hosts, ["10.20.0.2"]), [
    "Our clock agrees with most: 2 of 3 hosts are within 2 ms of it.",
    "If most are right, it is between 1.000 ms ahead of true time and 1.000 ms behind",
    "  it (RFC 5905).",
    "Not counted (this machine, or counted already): 10.20.0.2.",
  ]);
});

Deno.test("consensus: bounds that touch our clock are on both of its sides", () => {
  const place = (...bounds: readonly (readonly [number, number])[]) =>
    verdict(bounds).join(" ").replaceAll(/ {2,}/g, " ").split("right, ")[1];
  assertEquals(
    [place([-5, 0], [-6, 0]), place([0, 5], [0, 6])],
    [
      "it is between 5.000 ms ahead of true time and 0.000 ms behind it (RFC 5905).",
      "it is between 0.000 ms ahead of true time and 5.000 ms behind it (RFC 5905).",
    ],
  );
});

Deno.test("consensus: how near most are is in milliseconds below a second", () => {
  const near = (ms: number) =>
    / within (.*) of it/.exec(verdict([[-ms, ms], [-ms, ms]])[0] ?? "")?.[1];
  assertEquals([0.3, 400, 900, 1500].map(near), ["0.5 ms", "500 ms", "1 s", "2 s"]);
});
