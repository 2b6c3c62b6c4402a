/** Follows a capture as `clock` follows its run: every host's clock against that of the capturing machine. */

import type { ObservedHost, ObservedProbe } from "../../probe/observed/observed_probe.ts";
import type { ClockEvent } from "../clock/event.ts";
import type { ClockListener } from "../clock/listener.ts";
import { agree, ClockRecorder } from "../clock/recorder.ts";
import type { CaptureFollowerFactory } from "./capture_run.ts";
import { ClientClocks } from "./client_clock.ts";

const TIMESTAMP_REQUEST = 13;

/**
 * Makes the follower.
 *
 * @param maxSkewPpm largest rate error that is assumed of a clock, parts per million
 */
export function followClocks(
  listener: Pick<ClockListener, "report" | "remark">,
  maxSkewPpm?: number,
): CaptureFollowerFactory {
  return (state, clock) => {
    const watcher = {
      replied: () => {},
      idle: () => undefined,
      remark: (text: string) => listener.remark?.(text),
    };
    const recorder = new ClockRecorder(state, clock, watcher, { maxSkewPpm });
    const clients = new ClientClocks();
    /** Clients whose requests carry their time, of the hosts that are followed. */
    const hasAsked = (address: number) => clients.of(address)?.hasRequests === true;
    /** Adds what only a capture shows; a capture at the client has the requests as they left. */
    const complete = (event: ClockEvent): ClockEvent => {
      const { index, client } = event.target;
      const capturedAt = state.placeOf(index);
      const lowerMs = capturedAt === "server" || capturedAt === "path"
        // Every target of a capture has one.
        ? clients.of(client as number)?.lowerMs
        : undefined;
      return { ...event, capture: { capturedAt, clientLowerMs: lowerMs } };
    };
    const sent = ({ message, token, sentAt, host: { client } }: ObservedProbe) => {
      if (message.requestType !== TIMESTAMP_REQUEST) return;
      clients.of(client)?.add(token, sentAt.realtimeNs);
    };
    return {
      outcome: (outcome) => recorder.outcome(outcome),
      extra: (reply) => recorder.extra(reply),
      stray: (datagram) => recorder.stray(datagram),
      sent: (probe) => sent(probe as ObservedProbe),
      join(host: ObservedHost) {
        clients.join(host.client);
        recorder.follow(state.of(host.target));
      },
      leave(host: ObservedHost) {
        const event = recorder.leave(host.target.index);
        const clocks = event === undefined ? [] : [complete(event)];
        state.leave(host);
        clients.leave(host.client);
        listener.report({ clocks, consensus: undefined }, false);
      },
      finish() {
        const clocks = recorder.clocks().map(complete);
        listener.report({ clocks, consensus: agree(clocks, hasAsked) }, false);
      },
    };
  };
}
