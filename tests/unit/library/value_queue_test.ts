import { assertEquals, assertRejects } from "@std/assert";
import { type IterableRun, iterate } from "../../../src/library/iterate.ts";
import { ValueQueue } from "../../../src/library/value_queue.ts";

/** Lets every promise that can continue do so. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("value queue: values from before and after the reader waits, in order, then the end", async () => {
  const queue = new ValueQueue<number>();
  queue.push(0);
  queue.push(1);
  const taken: number[] = [];
  const reading = (async () => {
    for await (const each of queue) taken.push(each);
  })();
  await settle();
  assertEquals(taken, [0, 1]);
  queue.push(2);
  await settle();
  assertEquals(taken, [0, 1, 2]);
  queue.push(3);
  queue.end();
  await reading;
  assertEquals(taken, [0, 1, 2, 3]);
});

Deno.test("value queue: an error comes after the values before it", async () => {
  const queue = new ValueQueue<number>();
  queue.push(0);
  queue.fail(new RangeError("no"));
  const taken: number[] = [];
  await assertRejects(
    async () => {
      for await (const each of queue) taken.push(each);
    },
    RangeError,
    "no",
  );
  assertEquals(taken, [0]);
});

Deno.test("value queue: a full queue holds the run up until the reader has taken one", async () => {
  const queue = new ValueQueue<number>(3);
  for (let value = 0; value < 3; value++) {
    assertEquals(queue.room(), undefined);
    queue.push(value);
  }
  let hasRoom = false;
  queue.room()?.then(() => hasRoom = true);
  await settle();
  assertEquals(hasRoom, false);
  const reader = queue[Symbol.asyncIterator]();
  assertEquals((await reader.next()).value, 0);
  await settle();
  assertEquals([hasRoom, queue.size], [true, 2]);
  assertEquals(queue.room(), undefined);
});

Deno.test("value queue: a closed queue holds nothing up and keeps nothing", async () => {
  const queue = new ValueQueue<number>(1);
  queue.push(0);
  const held = queue.room();
  queue.close();
  await held;
  queue.push(1);
  assertEquals([queue.size, queue.room()], [0, undefined]);
});

/** A run that pushes numbers until it is stopped, and waits for room. */
class Counting implements IterableRun {
  readonly calls: string[] = [];
  #isStopped = false;

  async run(queue: ValueQueue<number>, end = Infinity): Promise<void> {
    for (let value = 0; value < end && !this.#isStopped; value++) {
      queue.push(value);
      await (queue.room() ?? settle());
    }
    this.calls.push("done");
  }

  stop(): void {
    this.calls.push("stop");
    this.#isStopped = true;
  }

  close(): void {
    this.calls.push("close");
  }
}

Deno.test("iterate: nothing opens before the first next, and all closes after the last value", async () => {
  const run = new Counting();
  let opened = 0;
  const open = () => {
    opened++;
    return Promise.resolve(run);
  };
  const values = iterate<number, Counting>(open, (run, queue) => run.run(queue, 3), undefined);
  assertEquals(opened, 0);
  assertEquals(await Array.fromAsync(values), [0, 1, 2]);
  assertEquals([opened, run.calls], [1, ["done", "stop", "close"]]);
});

Deno.test("iterate: break, an exception, await using and the signal stop the run and close it", async () => {
  const end = async (
    read: (values: AsyncGenerator<number, void, void>, abort: AbortController) => Promise<void>,
  ) => {
    const run = new Counting();
    const abort = new AbortController();
    const open = () => Promise.resolve(run);
    const start = (run: Counting, queue: ValueQueue<number>) => run.run(queue);
    await read(iterate<number, Counting>(open, start, abort.signal), abort);
    return run.calls.filter((call, index, all) => all.indexOf(call) === index);
  };
  const all = ["stop", "done", "close"];
  assertEquals(
    await end(async (values) => {
      for await (const value of values) if (value === 2) break;
    }),
    all,
  );
  assertEquals(
    await end(async (values) => {
      await assertRejects(async () => {
        for await (const _ of values) throw new Error("enough");
      });
    }),
    all,
  );
  assertEquals(
    await end(async (values) => {
      await using reading = values;
      await reading.next();
    }),
    all,
  );
  assertEquals(
    await end(async (values, abort) => {
      for await (const value of values) if (value === 2) abort.abort();
    }),
    all,
  );
  assertEquals(
    await end(async (values, abort) => {
      abort.abort();
      assertEquals(await Array.fromAsync(values), []);
    }),
    [],
  );
});

Deno.test("iterate: a run that fails is closed, and its error reaches the caller", async () => {
  const run = new Counting();
  const start = () => Promise.reject(new RangeError("no"));
  const values = iterate<number, Counting>(() => Promise.resolve(run), start, undefined);
  await assertRejects(() => Array.fromAsync(values), RangeError, "no");
  assertEquals(run.calls, ["stop", "close"]);
});
