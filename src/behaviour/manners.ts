/** How a host treats the messages, whatever its clock shows. */

import type { HostAnswer, HostEvidence } from "./answer.ts";
import type { Label, LabelFinding } from "./label.ts";

/** Length of a timestamp message, octets (RFC 792, page 16). */
const MESSAGE_BYTES = 20;

/**
 * Labels how a host treats the messages: wrong checksums and codes, the originate timestamp, octets after the message, and the
 * type of service. Each finding counts the answers that show it among those to a request that could.
 */
export function describeManners({ answers, wrongChecksums = 0 }: HostEvidence): LabelFinding[] {
  const findings: LabelFinding[] = [];
  if (wrongChecksums > 0) {
    const of = answers.length + wrongChecksums;
    findings.push({ label: "wrong-checksum", count: wrongChecksums, of });
  }
  const note = (
    label: Label,
    eligible: (answer: HostAnswer) => boolean,
    shows: (answer: HostAnswer) => boolean,
  ) => {
    const asked = answers.filter(eligible);
    const count = asked.filter(shows).length;
    if (count > 0) findings.push({ label, count, of: asked.length });
  };
  note("checksum-lazy", ({ question }) => question === "bad-checksum", () => true);
  note("answers-odd-code", ({ question }) => question === "odd-code", () => true);
  note("originate-tampered", () => true, ({ request, reply }) => {
    return request.originate !== reply.originate;
  });
  const isLong = ({ requestBytes }: HostAnswer) => requestBytes > MESSAGE_BYTES;
  note("truncates-long", isLong, ({ replyBytes }) => replyBytes === MESSAGE_BYTES);
  note("echoes-long", isLong, ({ requestBytes, replyBytes }) => replyBytes === requestBytes);
  const isService = ({ requestTos }: HostAnswer) => requestTos !== 0;
  note("copies-tos", isService, ({ requestTos, replyTos }) => requestTos === replyTos);
  return findings;
}
