/// <reference lib="deno.worker" />
/**
 * The reflector's inner loop, in a thread that does nothing else: packets in from the TUN
 * device, packets out at their moments. It never yields to the event loop.
 */

import { DepartureQueue } from "./departure_queue.ts";
import { Command, type EngineReport, type EngineStart } from "./engine_protocol.ts";
import { Journal } from "./journal.ts";
import { Kernel } from "./kernel.ts";
import {
  ICMP_TIMESTAMP_BYTES,
  IP_OPTIONS,
  parseBlock,
  Request,
  writeHeader,
  writeTimestampRequest,
} from "./packet.ts";
import { Responder } from "./responder.ts";

// Below this the loop watches the clock instead of sleeping: a sleep ends late, by up to 200 µs in a
// virtual machine. Watching without end is worse: the kernel throttles real-time threads.
const SPIN_NS = 250_000;
const LONGEST_PACKET_BYTES = 65535;
const READS_PER_TURN = 64;
const REHEARSED_REQUESTS = 5000;

function run(start: EngineStart): void {
  const kernel = new Kernel(start.baseUnixMs);
  kernel.makePrompt();
  const { scenario, tun, waker } = start;
  const control = new Int32Array(start.control);
  const queue = new DepartureQueue();
  const journal = new Journal(scenario.log !== "counts", scenario.logBytes === true);
  const responder = new Responder(scenario, start.block, start.baseUnixMs, queue, journal);
  const log = Deno.openSync(start.logPath, { create: true, write: true, truncate: true });
  const write = (text: string) => writeAll(log, text);
  const buffer = new Uint8Array(LONGEST_PACKET_BYTES);
  const request = new Request();
  const runLine = {
    type: "run",
    version: 1,
    seed: scenario.seed ?? 1,
    block: start.block,
    base_unix_ms: start.baseUnixMs,
    started_ns: kernel.nowNs(),
  };
  write(JSON.stringify(runLine) + "\n");
  rehearse(start);
  report("ready");
  for (;;) {
    const command = Atomics.exchange(control, 0, Command.none);
    if (command !== Command.none) {
      kernel.clearWaker(waker);
      journal.flush(write);
      if (command === Command.stop) break;
      report("flushed");
    }
    let nowNs = kernel.nowNs();
    while (queue.nextDueNs <= nowNs) {
      const departure = queue.pop();
      if (departure === undefined) break;
      const actualNs = kernel.nowNs();
      kernel.write(tun, departure.bytes, departure.lengthBytes);
      nowNs = kernel.nowNs();
      journal.addDeparture(
        departure.request,
        departure.kind,
        departure.copy,
        departure.bytes,
        departure.lengthBytes,
        departure.dueNs,
        actualNs,
        nowNs,
      );
      queue.release(departure);
    }
    let reads = 0;
    for (; reads < READS_PER_TURN; reads++) {
      const lengthBytes = kernel.read(tun, buffer);
      if (lengthBytes === 0) break;
      const arrivalNs = kernel.nowNs();
      if (request.parse(buffer, lengthBytes)) responder.answer(request, arrivalNs);
      if (queue.nextDueNs <= arrivalNs) break;
    }
    if (reads > 0) continue;
    const restNs = queue.nextDueNs - kernel.nowNs();
    if (restNs > SPIN_NS) kernel.wait(tun, waker, restNs - SPIN_NS);
  }
  write(JSON.stringify({ type: "end", ended_ns: kernel.nowNs(), ...journal.totals() }) + "\n");
  log.close();
  report("stopped");
}

/** Runs the code of the hot path until it is compiled, so that the first packets are as prompt as the rest. */
function rehearse({ scenario, block, baseUnixMs }: EngineStart): void {
  const queue = new DepartureQueue();
  const journal = new Journal(true, false);
  const responder = new Responder(scenario, block, baseUnixMs, queue, journal);
  const request = new Request();
  const bytes = new Uint8Array(IP_OPTIONS + ICMP_TIMESTAMP_BYTES);
  const first = parseBlock(block)?.first ?? 0;
  for (let i = 0; i < REHEARSED_REQUESTS; i++) {
    writeTimestampRequest(bytes, IP_OPTIONS, 1, i);
    writeHeader(bytes, IP_OPTIONS, bytes.length, 0, i, 64, 0, first + i % 2);
    if (request.parse(bytes, bytes.length)) responder.answer(request, i * 1e3);
    while (queue.nextDueNs <= i * 1e3) {
      const departure = queue.pop();
      if (departure === undefined) break;
      const { request, kind, copy, lengthBytes, dueNs } = departure;
      journal.addDeparture(request, kind, copy, departure.bytes, lengthBytes, dueNs, dueNs, dueNs);
      queue.release(departure);
    }
  }
}

function report(what: EngineReport): void {
  self.postMessage(what);
}

function writeAll(file: Deno.FsFile, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}

self.onmessage = (event: MessageEvent<EngineStart>) => run(event.data);
