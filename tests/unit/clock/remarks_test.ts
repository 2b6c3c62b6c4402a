import { assertEquals } from "@std/assert";
import {
  isFar,
  remoteTimeOfDay,
  timescale,
  UNDECIDED_REASONS,
  undecidedReason,
  zoneMinutes,
} from "../../../src/clock/mod.ts";

const HOUR_MS = 3_600_000;

Deno.test("remarks: an offset of whole quarter hours may be a zone, to ten seconds", () => {
  const zones: readonly (readonly [offsetMs: number | undefined, minutes: number | undefined])[] = [
    [undefined, undefined],
    [0, undefined],
    [HOUR_MS, 60],
    [-5.75 * HOUR_MS, -345],
    [HOUR_MS + 10_000, 60],
    [HOUR_MS - 10_000, 60],
    [HOUR_MS + 10_001, undefined],
    [HOUR_MS + 7.5 * 60_000, undefined],
    [10_000, undefined],
  ];
  for (const [offsetMs, minutes] of zones) {
    assertEquals([offsetMs, zoneMinutes({ offsetMs })], [offsetMs, minutes]);
  }
});

Deno.test("remarks: more than fifteen minutes is far, on either side", () => {
  const limit = 15 * 60_000;
  const offsets = [undefined, 0, limit, -limit, limit + 1, -limit - 1];
  assertEquals(offsets.map((offsetMs) => isFar({ offsetMs })), [
    false,
    false,
    false,
    false,
    true,
    true,
  ]);
});

Deno.test("remarks: 37 s may be TAI and 18 s GPS, to a tenth of a second; the sign says whose", () => {
  const names = [undefined, 37_000, 37_100, 37_101, -18_000, -17_900, -17_899, 0].map(
    (offsetMs) => {
      const found = timescale({ offsetMs });
      return found === undefined ? undefined : `${found.name} ${found.seconds} ${found.isOurs}`;
    },
  );
  assertEquals(names, [
    undefined,
    "TAI 37 false",
    "TAI 37 false",
    undefined,
    "GPS 18 true",
    "GPS 18 true",
    undefined,
    undefined,
  ]);
});

Deno.test("remarks: the remote time of day stays within the day", () => {
  const at = (offsetMs: number | undefined, ms: number) => remoteTimeOfDay({ offsetMs }, ms * 1e6);
  assertEquals(at(undefined, 5), undefined);
  assertEquals([at(250, 1000), at(-2000, 1000), at(2000, 24 * HOUR_MS - 1000)], [
    1250,
    24 * HOUR_MS - 1000,
    1000,
  ]);
});

Deno.test("remarks: answers without a readable time are a reason of their own", () => {
  const reasons = [
    undecidedReason({ undecided: "no reply yet" }, 0),
    undecidedReason({ undecided: "no reply yet" }, 1),
    undecidedReason({ undecided: "the stamps do not keep time" }, 1),
    undecidedReason({ undecided: undefined }, 1),
  ];
  assertEquals(reasons, [
    "no reply yet",
    "no reply carries a time that can be read",
    "the stamps do not keep time",
    undefined,
  ]);
  assertEquals(
    reasons.map((reason) => reason === undefined || UNDECIDED_REASONS.includes(reason)),
    [
      true,
      true,
      true,
      true,
    ],
  );
});
