/** From a matched reply to all that is reported of it. */

import {
  type EchoMessage,
  hasRecordingOption,
  type Ipv4Header,
  parseIpTimestampOption,
  type TimestampMessage,
} from "../packet/mod.ts";
import { type HostMeasurement, StampHistory } from "../measurement/mod.ts";
import { elapsedNs, isClockStep } from "../measurement/timestamp.ts";
import type { ReplyDetail } from "./outcome.ts";
import type { Probe } from "./probe.ts";
import type { ProbeMatcher, ReplyProof } from "./probe_matcher.ts";
import type { ReceivedDatagram } from "./transport.ts";

/** Where the remote stamps of a reply stand. */
export type StampsFrom = "message" | "ip-option";

/** What a reply is described with. */
export interface ReplyDescriberOptions {
  /** Transmit stamps are expected from the kernel, so one of ours is worth a remark. */
  readonly kernelStamps: boolean;
  /** Hands copies of the datagrams on. */
  readonly keepBytes: boolean;
  /** Where the remote stamps stand; `ip-option` goes with echo. */
  readonly stampsFrom: StampsFrom;
}

/** Measures replies and remarks on what is odd about them. */
export class ReplyDescriber {
  readonly #options: ReplyDescriberOptions;
  readonly #probe_matcher: ProbeMatcher;
  /** By target index; made with the first answer, since most of a large run may never answer. */
  readonly #histories: (StampHistory | undefined)[] = [];

  /** Describes the replies of one run. */
  constructor(options: ReplyDescriberOptions, probe_matcher: ProbeMatcher) {
    this.#options = options;
    this.#probe_matcher = probe_matcher;
  }

  /** Everything about a reply to `probe`. Nothing is measured by one that is not proven to be its own. */
  describe(
    received: ReceivedDatagram,
    header: Ipv4Header,
    message: TimestampMessage | EchoMessage,
    probe: Probe,
    proof: ReplyProof,
  ): ReplyDetail {
    const { kernelStamps, keepBytes } = this.#options;
    const { receivedAt } = received;
    const flags: string[] = [];
    if (!message.checksumOk) flags.push("bad-checksum");
    if (!header.checksumOk && !hasRecordingOption(header.options)) flags.push("bad-ip-checksum");
    const asked = this.#options.stampsFrom === "ip-option";
    if (header.options.length > 0 && !asked) flags.push("ip-options");
    if (message.code !== 0) flags.push("odd-code");
    let measurement: HostMeasurement | undefined;
    let reportedStamps: ReplyDetail["stamps"];
    let lengthBytes = 8;
    if ("originateMs" in message) {
      lengthBytes = 20 + message.trailing.length;
      if (message.trailing.length > 0) flags.push("trailing-bytes");
      reportedStamps = message;
    } else {
      lengthBytes = 8 + message.payload.length;
      if (!this.#probe_matcher.hasSentPayload(message, probe)) flags.push("payload-changed");
      if (this.#options.stampsFrom === "ip-option") {
        reportedStamps = optionStamps(header, probe);
        if (reportedStamps === undefined) flags.push("no-stamps");
      }
    }
    if (proof !== "proven" && "originateMs" in message) flags.push("originate-changed");
    if (message.checksumOk && proof === "proven" && reportedStamps !== undefined) {
      measurement = this.#historyOf(probe).measure({
        sentAt: probe.sentAt,
        receivedAt,
        originateMs: probe.originateMs,
        reply: reportedStamps,
        tickMs: 1,
      });
      flags.push(...measurement.flags);
    }
    if (measurement === undefined && isClockStep(probe.sentAt, receivedAt)) {
      flags.push("clock-step");
    }
    if (kernelStamps && probe.sentAt.source !== "kernel") flags.push("user-stamp");
    return {
      header,
      code: message.code,
      stamps: reportedStamps,
      lengthBytes,
      receivedAt,
      rttNs: measurement?.rttNs ?? elapsedNs(probe.sentAt, receivedAt),
      measurement,
      flags,
      bytes: keepBytes ? received.bytes.slice() : undefined,
    };
  }

  /** A target is another host from now on. */
  forget(targetIndex: number): void {
    this.#histories[targetIndex] = undefined;
  }

  #historyOf(probe: Probe): StampHistory {
    return this.#histories[probe.target.index] ??= new StampHistory();
  }
}

/**
 * The stamps that the target wrote into our IP Timestamp option (RFC 791 §3.1): when the request came, and when
 * the reply left. A host that wrote the first alone left the reply no earlier: the stamp does for both.
 */
function optionStamps(header: Ipv4Header, probe: Probe): ReplyDetail["stamps"] {
  const parsed = parseIpTimestampOption(header.options);
  if (!parsed.ok || parsed.value === undefined) return undefined;
  const { entries, writtenCount } = parsed.value;
  const written = entries.slice(0, writtenCount);
  const own = written.filter(({ address }) => address === probe.target.address);
  const [receive, transmit = receive] = own;
  if (receive === undefined || transmit === undefined) return undefined;
  return {
    originateMs: probe.originateMs,
    receiveMs: receive.stampMs,
    transmitMs: transmit.stampMs,
  };
}
