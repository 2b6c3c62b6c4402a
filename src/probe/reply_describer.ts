/** From a matched reply to all that is reported of it. */

import { hasRecordingOption, type Ipv4Header } from "../packet/mod.ts";
import { IPV4_MIN_HEADER_BYTES } from "../packet/ipv4_header.ts";
import { type HostMeasurement, StampHistory } from "../measurement/history.ts";
import { elapsedNs, isClockStep } from "../measurement/timestamp.ts";
import type { ReplyMessage } from "./message/message.ts";
import type { ReplyDetail } from "./outcome.ts";
import type { Probe } from "./probe.ts";
import type { ReplyProof } from "./probe_matcher.ts";
import { TargetMemory } from "./target_memory.ts";
import type { ReceivedDatagram } from "./transport.ts";

/** What a reply is described with. */
export interface ReplyDescriberOptions {
  /** Transmit stamps are expected from the kernel, so one of ours is worth a remark. */
  readonly kernelStamps: boolean;
  /** Hands copies of the datagrams on. */
  readonly keepBytes: boolean;
  /** Measures delays and offset; true by default. */
  readonly measures?: boolean | undefined;
}

/** Measures replies and remarks on what is odd about them. */
export class ReplyDescriber {
  readonly #options: ReplyDescriberOptions;
  /** Of each message apart: a host may read its clock otherwise for another question. */
  readonly #histories = new TargetMemory<StampHistory>();

  /** Describes the replies of one run. */
  constructor(options: ReplyDescriberOptions) {
    this.#options = options;
  }

  /** Everything about a reply to `probe`. Nothing is measured by one that is not proven to be its own. */
  describe(
    received: ReceivedDatagram,
    header: Ipv4Header,
    reply: ReplyMessage,
    probe: Probe,
    proof: ReplyProof,
  ): ReplyDetail {
    const { kernelStamps, keepBytes, measures = true } = this.#options;
    const { receivedAt } = received;
    const { stamps, lengthBytes, flags: remarks } = probe.message.describe(reply, header, probe);
    const flags = flagsOf(header, reply, probe);
    for (const remark of remarks) flags.push(remark);
    if (proof !== "proven" && reply.kind === "timestamp-reply") flags.push("originate-changed");
    let measurement: HostMeasurement | undefined;
    if (measures && reply.checksumOk && proof === "proven" && stamps !== undefined) {
      measurement = this.#historyOf(probe).measure({
        sentAt: probe.sentAt,
        receivedAt,
        originateMs: probe.token,
        reply: stamps,
        tickMs: 1,
        originateIsEarly: probe.isEarly,
      });
      for (const flag of measurement.flags) flags.push(flag);
    } else if (isClockStep(probe.sentAt, receivedAt)) {
      flags.push("clock-step");
    }
    if (kernelStamps && probe.sentAt.source !== "kernel") flags.push("user-stamp");
    return {
      header,
      code: reply.code,
      stamps,
      lengthBytes,
      receivedAt,
      rttNs: measurement?.rttNs ?? elapsedNs(probe.sentAt, receivedAt),
      measurement,
      flags,
      bytes: keepBytes ? received.bytes.slice() : undefined,
    };
  }

  /** Whether the target of `probe` has answered one like it whose originate timestamp was early on purpose. */
  isProven(probe: Probe): boolean {
    return this.#histories.get(probe)?.isProven ?? false;
  }

  /** A target is another host from now on. */
  forget(targetIndex: number): void {
    this.#histories.forget(targetIndex);
  }

  #historyOf(probe: Probe): StampHistory {
    const known = this.#histories.get(probe);
    if (known !== undefined) return known;
    const made = new StampHistory();
    this.#histories.set(probe, made);
    return made;
  }
}

/** What is odd about the headers of a reply. */
function flagsOf(header: Ipv4Header, reply: ReplyMessage, { message }: Probe): string[] {
  const flags: string[] = [];
  if (!reply.checksumOk) flags.push("bad-checksum");
  if (!header.checksumOk && !hasRecordingOption(header.options)) flags.push("bad-ip-checksum");
  const sentOptions = message.messageStart > IPV4_MIN_HEADER_BYTES;
  if (header.options.length > 0 && !sentOptions) flags.push("ip-options");
  if (reply.code !== 0) flags.push("odd-code");
  return flags;
}
