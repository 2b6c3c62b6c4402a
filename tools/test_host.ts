/**
 * A process that runs files of tests for `deno task mutate`, each on a thread of its own (test_thread.ts): it reads one task a line
 * on stdin, and writes one result a line on stdout.
 *
 * Processor time is limited, not time, so that a busy machine changes no result. A mutant that takes all memory ends this process:
 * Workshop then starts another one.
 */

import { cpuUsage } from "node:process";
import type { FileParts, ThreadResult, ThreadTask } from "./test_thread.ts";

/** One file of tests to run. */
export interface HostTask extends ThreadTask {
  /** Processor time that it may take, seconds. */
  readonly limitS: number;
}

/** What became of it. */
export interface HostResult {
  /** Every test passed, in time. */
  readonly isPassed: boolean;
  /** Processor time that it took, seconds. */
  readonly seconds: number;
  /** What ran, if that was asked. */
  readonly parts?: FileParts | undefined;
}

const LOOK_MS = 250;
/** A thread that waits for nothing is given up after as many looks at which no thread of the process was ready to run. */
const IDLE_LOOKS = 60;

function processorS(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}

/** Whether a thread other than the first runs, or would if it had a processor; proc_pid_stat(5). True where that is not known. */
function hasReadyThread(): boolean {
  try {
    return [...Deno.readDirSync("/proc/self/task")].some(({ name }) => {
      if (name === String(Deno.pid)) return false;
      const line = Deno.readTextFileSync(`/proc/self/task/${name}/stat`);
      return line[line.lastIndexOf(")") + 2] !== "S";
    });
  } catch {
    return true;
  }
}

/** Runs one file of tests. */
async function runTask({ limitS, ...task }: HostTask): Promise<HostResult> {
  const fromS = processorS();
  const thread = new Worker(new URL("./test_thread.ts", import.meta.url), { type: "module" });
  let idleLooks = 0, timer: ReturnType<typeof setInterval> | undefined;
  const { isPassed, parts } = await new Promise<ThreadResult>((resolve) => {
    thread.onmessage = ({ data }: MessageEvent<ThreadResult>) => resolve(data);
    thread.onerror = (event) => {
      event.preventDefault();
      resolve({ isPassed: false });
    };
    timer = setInterval(() => {
      idleLooks = hasReadyThread() ? 0 : idleLooks + 1;
      if (idleLooks > IDLE_LOOKS || processorS() - fromS > limitS) resolve({ isPassed: false });
    }, LOOK_MS);
    thread.postMessage(task satisfies ThreadTask);
  });
  clearInterval(timer);
  thread.terminate();
  return { isPassed, seconds: processorS() - fromS, parts };
}

if (import.meta.main) {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const result = await runTask(JSON.parse(line) as HostTask);
      const bytes = new TextEncoder().encode(`${JSON.stringify(result)}\n`);
      for (let left = bytes; left.length > 0;) left = left.subarray(Deno.stdout.writeSync(left));
    }
  }
}
