/** What a scan would send, without a socket. */

import { MS_PER_DAY } from "../time/day.ts";
import type { HashKey } from "../packet/half_sip_hash.ts";
import {
  createPlainSlots,
  emitProbeTemplate,
  type ProbeShape,
  ProbeWriter,
} from "./probe_writer.ts";
import type { ScanOrder } from "./scan_order.ts";
import type { SourceRange } from "./source_range.ts";

/** A probe that would leave. */
export interface DryProbe {
  /** The whole IPv4 datagram. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** When it would leave: Unix time in milliseconds, with fraction. */
  readonly unixMs: number;
}

/** What a dry run needs to know. */
export interface DryRunOptions {
  /** The probes in order. */
  readonly order: ScanOrder;
  /** Addresses that are passed over. */
  readonly skipped: ReadonlySet<number>;
  /** First probe; 0 unless resumed. */
  readonly startPosition: number;
  /** The secret. */
  readonly key: HashKey;
  /** Addresses to send from; that of `shape` when undefined. */
  readonly sources?: SourceRange | undefined;
  /** What all probes have in common. */
  readonly shape: ProbeShape;
  /** Probes a second; Infinity for no limit. */
  readonly rate: number;
  /** When the first one would leave: Unix time in milliseconds. */
  readonly startUnixMs: number;
}

/** Each probe in order, with the moment at which an even pace would send it. Lazy: a /0 takes no memory. */
export function* dryRun(options: DryRunOptions): Generator<DryProbe> {
  const { order, skipped, startPosition, rate, startUnixMs } = options;
  const slots = createPlainSlots(1, emitProbeTemplate(options.shape));
  const writer = new ProbeWriter(slots, 0, options.key, options.sources);
  for (let position = startPosition; position < order.length; position++) {
    const unixMs = startUnixMs + (position - startPosition) * 1000 / rate;
    const address = order.addressAt(position);
    if (skipped.has(address)) continue;
    writer.write(0, address, Math.floor(unixMs) % MS_PER_DAY);
    yield { bytes: writer.datagram(0), unixMs };
  }
}
