/** What a line of fping has of an answer. */

import { formatAddress } from "../../packet/address.ts";
import type { ReplyEvent } from "../../run/event.ts";
import { safeText } from "../../terminal/safe_text.ts";
import { wholeMsOfDay } from "../../time/mod.ts";
import type { ReplyLine } from "./form.ts";
import { formatFpingMs } from "./number_text.ts";
import type { FpingReporterOptions } from "./reporter_options.ts";

/** Reads an answer, with the header fields that are printed. */
export function readReplyLine(
  { probe, reply }: Pick<ReplyEvent, "probe" | "reply">,
  { printsTos, printsTtl }: Pick<FpingReporterOptions, "printsTos" | "printsTtl">,
): ReplyLine {
  const { header, stamps, receivedAt, lengthBytes } = reply;
  return {
    label: probe.target.label,
    index: probe.index,
    lengthBytes,
    rttMs: Math.max(0, reply.rttNs) / 1e6,
    stampsMs: stamps && [
      stamps.originateMs,
      stamps.receiveMs,
      stamps.transmitMs,
      wholeMsOfDay(receivedAt.realtimeNs),
    ],
    tos: printsTos ? header.tos : undefined,
    ttl: printsTtl ? header.ttl : undefined,
  };
}

/** `host : duplicate for [0], 64 bytes, 0.05 ms`, with the sender where it is not the target. */
export function formatDuplicate(
  { probe: { target }, reply }: Pick<ReplyEvent, "probe" | "reply">,
  index: number,
): string {
  const { source } = reply.header;
  const from = source === target.address ? "" : ` [<- ${formatAddress(source)}]`;
  const rtt = formatFpingMs(Math.max(0, reply.rttNs) / 1e6);
  const text = `duplicate for [${index}], ${reply.lengthBytes} bytes, ${rtt} ms`;
  return `${safeText(target.label)} : ${text}${from}`;
}
