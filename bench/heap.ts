/**
 * `deno run -A --v8-flags=--expose-gc bench/heap.ts [TARGETS] [PROBES]`: what a long run keeps in memory, with the garbage
 * taken out. Probes of 1 Hz over a transport that answers at once, so two hours pass in seconds.
 *
 * Prints one line of JSON for each tenth of the run: probes a target so far, and bytes of heap in use.
 */

import { TimestampProbe } from "../src/probe/message/timestamp.ts";
import type { ProbeListener } from "../src/probe/outcome.ts";
import { Prober } from "../src/probe/prober.ts";
import { JsonReporter } from "../src/record/json_reporter.ts";
import { LineSink } from "../src/terminal/line_sink.ts";
import { RunRecorder } from "../src/run/run_recorder.ts";
import { RunState } from "../src/run/run_state.ts";
import { runTool, say, ToolError } from "../tools/output.ts";
import { MirrorTransport } from "./mirror_transport.ts";

const FIRST_ADDRESS = 0xc6120001;
const STEPS = 10;

async function main(): Promise<void> {
  const [targetCount = 200, probes = 7200] = Deno.args.map(Number);
  const collectGarbage = (globalThis as { gc?: () => void }).gc;
  if (collectGarbage === undefined) {
    throw new ToolError("Cannot collect garbage: want --v8-flags=--expose-gc");
  }
  const targets = Array.from({ length: targetCount }, (_, index) => ({
    index,
    label: `host-${index}`,
    address: FIRST_ADDRESS + index,
  }));
  const transport = new MirrorTransport();
  const sink = new LineSink({ writeSync: (bytes) => bytes.length }, () => {});
  const { baseUnixMs } = transport.clock;
  const recorder = new RunRecorder(
    new RunState(targets, transport.clock),
    new JsonReporter(sink, { quiet: false }),
    { baseUnixMs, idle: () => sink.flush() },
  );
  let outcomes = 0;
  const step = Math.ceil(targetCount * probes / STEPS);
  const listener: ProbeListener = {
    outcome(outcome) {
      recorder.outcome(outcome);
      if (++outcomes % step !== 0) return;
      collectGarbage();
      const heapBytes = Deno.memoryUsage().heapUsed;
      say(JSON.stringify({ probes: Math.round(outcomes / targetCount), heapBytes }));
    },
    extra: (reply) => recorder.extra(reply),
    stray: (datagram) => recorder.stray(datagram),
    idle: (nowNs, busy) => recorder.idle(nowNs, busy),
  };
  const prober = new Prober(
    {
      targets,
      probes: [{ message: new TimestampProbe() }],
      numberKey: { k0: 1, k1: 2 },
      count: probes,
      intervalMs: 1000,
      timeoutMs: 1000,
    },
    transport,
    listener,
  );
  await prober.run();
}

if (import.meta.main) await runTool(main);
