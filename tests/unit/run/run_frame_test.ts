import { assertEquals, assertRejects } from "@std/assert";
import type { RunSignal } from "../../../src/run/machine.ts";
import {
  type OpenOutput,
  type OpenRun,
  remainingMs,
  runFrame,
} from "../../../src/run/run_frame.ts";

/** A machine, a run and an output that note every call, in order. */
function makeFrame(changes: { readonly fails?: boolean; readonly reopens?: boolean } = {}) {
  const calls: string[] = [];
  const note = (call: string) => () => void calls.push(call);
  const handlers = new Map<RunSignal, () => void>();
  let fail = () => {};
  const run: OpenRun = { stop: note("stop"), close: note("close run") };
  const output: OpenOutput = {
    onFailure: (handler) => fail = handler,
    remark: (text) => calls.push(`remark ${text}`),
    hurry: note("hurry"),
    reopen: changes.reopens ? note("reopen") : undefined,
    secure: note("secure"),
    drain: () => Promise.resolve(note("drain")()),
    close: note("close output"),
  };
  const frame = {
    openRun: () => (note("open run")(), Promise.resolve(run)),
    openOutput: () => (note("open output")(), Promise.resolve(output)),
    run() {
      calls.push("run");
      for (const [signal, handler] of handlers) {
        calls.push(signal);
        handler();
      }
      calls.push("failure");
      fail();
      return changes.fails ? Promise.reject(new Error("the network is gone")) : Promise.resolve(7);
    },
    showState: note("show state"),
    end: (result: number) => void calls.push(`end ${result}`),
  };
  const machine = {
    dropPrivileges: () => (note("drop privileges")(), "root of a user namespace stays"),
    onSignal: (signal: RunSignal, handler: () => void) => {
      handlers.set(signal, handler);
      return () => {};
    },
  };
  return { calls, frame, machine, run };
}

Deno.test("run frame: privileges end between the last file and the first probe", async () => {
  const { calls, frame, machine } = makeFrame();
  assertEquals(await runFrame(frame, machine, (result) => result + 1), 8);
  assertEquals(calls, [
    ...["open run", "open output", "drop privileges", "remark root of a user namespace stays"],
    ...["run", "SIGINT", "stop", "hurry", "SIGTERM", "stop", "hurry", "SIGHUP", "stop", "hurry"],
    ...["SIGQUIT", "show state", "failure", "stop"],
    ...["secure", "end 7", "drain", "close output", "close run"],
  ]);
});

Deno.test("run frame: SIGUSR1 changes the file where there is one", async () => {
  const { calls, frame, machine } = makeFrame({ reopens: true });
  await runFrame(frame, machine, () => {});
  assertEquals(calls[calls.indexOf("SIGUSR1") + 1], "reopen");
});

Deno.test("run frame: a run that fails still writes what it has, and closes everything", async () => {
  const { calls, frame, machine } = makeFrame({ fails: true });
  await assertRejects(() => runFrame(frame, machine, () => {}), Error, "the network is gone");
  assertEquals(calls.slice(calls.indexOf("failure") + 2), [
    ...["secure", "drain", "close output", "close run"],
  ]);
});

Deno.test("run frame: output that cannot be opened closes the sockets, and drops no privilege", async () => {
  const { calls, frame, machine } = makeFrame();
  const openOutput = () => Promise.reject(new Error("no such folder"));
  await assertRejects(
    () => runFrame({ ...frame, openOutput }, machine, () => {}),
    Error,
    "no such folder",
  );
  assertEquals(calls, ["open run", "close run"]);
});

Deno.test("run frame: output that fails aborts a run that would wait for answers", async () => {
  const { calls, frame, machine, run } = makeFrame();
  run.abort = () => void calls.push("abort");
  await runFrame(frame, machine, () => {});
  assertEquals(calls[calls.indexOf("failure") + 1], "abort");
});

Deno.test("run frame: a deadline counts from the start of the program, and what is left of it is never below zero", () => {
  const left = (deadlineMs: number | undefined) => remainingMs(deadlineMs, { elapsedMs: () => 30 });
  assertEquals([left(100), left(30), left(10), left(undefined)], [70, 0, 0, undefined]);
});
