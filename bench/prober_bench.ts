/**
 * What one probe costs in the prober itself: schedule, template, in-flight table, parser, match, measurement.
 * An iteration is 20,000 probes and their replies, so 100 ms are 5 µs a probe. The line `transport alone` is
 * what the mirror takes of that.
 */

import { ProbeTemplate } from "../src/packet/mod.ts";
import { TimestampProbe } from "../src/probe/message/timestamp.ts";
import type { ProbeListener } from "../src/probe/outcome.ts";
import { Prober } from "../src/probe/prober.ts";
import { JsonReporter } from "../src/record/json_reporter.ts";
import { LineSink } from "../src/terminal/line_sink.ts";
import { RunRecorder } from "../src/run/run_recorder.ts";
import { RunState } from "../src/run/run_state.ts";
import type { Target } from "../src/targets/target.ts";
import { MirrorTransport } from "./mirror_transport.ts";

const PROBES = 20_000;
const IDENTIFIER = 7;

function makeTargets(count: number): Target[] {
  return Array.from({ length: count }, (_, index) => {
    const address = 0xc6120001 + index;
    return { index, label: `${address}`, address };
  });
}

async function probe(targets: Target[], listener: ProbeListener): Promise<void> {
  const options = {
    targets,
    probes: [{ message: new TimestampProbe() }],
    numberKey: { k0: 1, k1: 2 },
    count: PROBES / targets.length,
    intervalMs: 0.005 * targets.length,
    timeoutMs: 1000,
  } as const;
  await new Prober(options, new MirrorTransport(), listener).run();
}

function counting(): ProbeListener & { replied: number } {
  return {
    replied: 0,
    outcome(outcome) {
      if (outcome.kind === "reply") this.replied++;
    },
    extra() {},
    stray() {},
    idle() {},
  };
}

function recording(targets: Target[]): RunRecorder {
  const sink = new LineSink({ writeSync: (bytes) => bytes.length }, (error) => {
    throw error;
  });
  const { clock } = new MirrorTransport();
  return new RunRecorder(
    new RunState(targets, clock),
    new JsonReporter(sink, { quiet: false }),
    { baseUnixMs: clock.baseUnixMs, idle: () => sink.flush() },
  );
}

for (const count of [1, 1000, 20_000]) {
  const targets = makeTargets(count);
  Deno.bench(`prober, ${count} targets, 20,000 probes`, { group: "prober" }, async () => {
    const listener = counting();
    await probe(targets, listener);
    if (listener.replied !== PROBES) throw new Error(`${listener.replied} replies`);
  });
  Deno.bench(`prober and JSON, ${count} targets, 20,000 probes`, { group: "prober" }, async () => {
    await probe(targets, recording(targets));
  });
}

Deno.bench("transport alone, 20,000 datagrams", { group: "prober" }, async () => {
  const transport = new MirrorTransport();
  const template = new ProbeTemplate({ kind: "timestamp", identifier: IDENTIFIER });
  const bytes = new Uint8Array(template.lengthBytes);
  for (let sent = 0; sent < PROBES; sent++) {
    template.emit({ destination: 0xc6120001, sequence: sent, originateMs: 42_000_000 }, bytes);
    transport.send([{ destination: 0xc6120001, bytes, key: sent }]);
    transport.receiveTransmitStamps();
    transport.receive();
    await transport.wait(0.005);
  }
});
