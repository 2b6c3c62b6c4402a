import { assertEquals } from "@std/assert";
import { splitTime, timeUnit } from "../../../../src/packet/capture/pcapng_time.ts";
import { Random } from "../../../lab/random.ts";

Deno.test("pcapng time: a resolution is a power of ten, or of two with the high bit", () => {
  assertEquals([0, 3, 6, 9, 12].map(timeUnit), [1n, 1000n, 1_000_000n, 1_000_000_000n, 10n ** 12n]);
  assertEquals([0x80, 0x8a, 0xa0, 0xff].map(timeUnit), [1n, 1024n, 2n ** 32n, 2n ** 127n]);
  assertEquals(timeUnit(0x7f), 10n ** 127n);
});

Deno.test("pcapng time: seconds and nanoseconds of every resolution are those of exact division", () => {
  const random = new Random(3);
  for (let resolution = 0; resolution < 256; resolution++) {
    const unit = timeUnit(resolution);
    for (let round = 0; round < 20; round++) {
      const [high, low] = [random.unit(), random.unit()].map((share) =>
        Math.floor(share * 2 ** 32)
      );
      // Of small units such a time would be beyond what a double counts.
      const shift = unit < 1 << 12 ? 12 : 0;
      const top = (high as number) >>> shift, time = BigInt(top) << 32n | BigInt(low as number);
      const expected = {
        seconds: Number(time / unit),
        nanoseconds: Number(time % unit * 1_000_000_000n / unit),
      };
      assertEquals(splitTime(top, low as number, unit), expected, `${resolution}, ${time}`);
    }
  }
});
