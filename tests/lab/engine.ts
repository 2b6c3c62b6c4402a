/// <reference lib="deno.worker" />
/**
 * The reflector's inner loop, in a thread that does nothing else: packets in from the TUN
 * device, packets out at their moments. It never yields to the event loop.
 */

import { Request } from "./packet.ts";
import { ArrivalRing } from "./arrival_ring.ts";
import { DepartureQueue } from "./departure_queue.ts";
import { Command, type EngineReport, type EngineStart } from "./engine_protocol.ts";
import { Journal } from "./journal.ts";
import { Kernel } from "./kernel.ts";
import { rehearse } from "./rehearsal.ts";
import { Responder } from "./responder.ts";

// Below this the loop watches the clock instead of sleeping: a sleep ends late, by up to 200 µs in a
// virtual machine. Watching without end is worse: the kernel throttles real-time threads.
const SPIN_NS = 250_000;
const MAX_PACKET_BYTES = 65535;
const ARRIVALS_PER_TURN = 64;

class Engine {
  readonly #kernel: Kernel;
  readonly #tun: number;
  readonly #waker: number;
  readonly #control: Int32Array;
  readonly #queue = new DepartureQueue();
  readonly #journal: Journal;
  readonly #responder: Responder;
  readonly #ring: ArrivalRing;
  readonly #log: Deno.FsFile;
  readonly #request = new Request();
  readonly #drain = new Uint8Array(MAX_PACKET_BYTES);

  constructor({ scenario, block, baseUnixMs, device, tun, waker, logPath, control }: EngineStart) {
    this.#kernel = new Kernel(baseUnixMs);
    this.#kernel.makePrompt();
    this.#tun = tun;
    this.#waker = waker;
    this.#control = new Int32Array(control);
    this.#journal = new Journal(scenario.log !== "counts", scenario.logBytes === true);
    this.#responder = new Responder(scenario, block, baseUnixMs, this.#queue, this.#journal);
    this.#ring = new ArrivalRing(this.#kernel, device, baseUnixMs);
    this.#log = Deno.openSync(logPath, { create: true, write: true, truncate: true });
    this.#write({
      type: "run",
      version: 1,
      seed: scenario.seed ?? 1,
      block,
      base_unix_ms: baseUnixMs,
      started_ns: this.#kernel.nowNs(),
    });
  }

  /** Reflects until told to stop. */
  run(): void {
    for (;;) {
      const command = Atomics.exchange(this.#control, 0, Command.none);
      if (command !== Command.none) {
        this.#kernel.clearWaker(this.#waker);
        this.#journal.flush((text) => this.#writeText(text));
        if (command === Command.stop) break;
        report("flushed");
      }
      this.#depart();
      if (this.#arrive() > 0) continue;
      const restNs = this.#queue.nextDueNs - this.#kernel.nowNs();
      // The device is watched and not the ring: waking us from within the ring's stamping would
      // hold up the sender between that stamp and its own.
      if (restNs > SPIN_NS) this.#kernel.wait(this.#tun, this.#waker, restNs - SPIN_NS);
    }
    this.#write({ type: "end", ended_ns: this.#kernel.nowNs(), ...this.#journal.totals() });
    this.#log.close();
  }

  #depart(): void {
    let nowNs = this.#kernel.nowNs();
    while (this.#queue.nextDueNs <= nowNs) {
      const departure = this.#queue.pop();
      if (departure === undefined) return;
      const actualNs = this.#kernel.nowNs();
      this.#kernel.write(this.#tun, departure.bytes, departure.lengthBytes);
      nowNs = this.#kernel.nowNs();
      this.#journal.addDeparture(departure, actualNs, nowNs);
      this.#queue.release(departure);
    }
  }

  #arrive(): number {
    let arrivals = 0;
    for (; arrivals < ARRIVALS_PER_TURN; arrivals++) {
      const arrival = this.#ring.next();
      if (arrival === undefined) break;
      if (this.#request.parse(arrival.bytes, arrival.lengthBytes)) {
        this.#responder.answer(this.#request, arrival.atNs);
      }
    }
    // The device keeps copies: throw them away, or it runs full.
    if (arrivals > 0) { while (this.#kernel.read(this.#tun, this.#drain) > 0); }
    return arrivals;
  }

  #write(line: Record<string, unknown>): void {
    this.#writeText(JSON.stringify(line) + "\n");
  }

  #writeText(text: string): void {
    const bytes = new TextEncoder().encode(text);
    for (let done = 0; done < bytes.length;) done += this.#log.writeSync(bytes.subarray(done));
  }
}

function report(what: EngineReport): void {
  self.postMessage(what);
}

self.onmessage = ({ data: start }: MessageEvent<EngineStart>) => {
  const engine = new Engine(start);
  rehearse(start.scenario, start.block, start.baseUnixMs);
  report("ready");
  engine.run();
  report("stopped");
};
