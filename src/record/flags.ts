/** What the remarks in `flags` mean. The types keep this table complete. */

import type { MeasurementFlag } from "../measurement/mod.ts";
import type { ReplyFlag } from "../probe/outcome.ts";

/** A remark on how a reply met its probe; it stands first. */
export type MatchFlag = "duplicate" | "late" | "after-icmp-error";

/** Every flag of `reply`, and one sentence without its full stop on each. */
export const FLAG_MEANINGS: Readonly<Record<MatchFlag | ReplyFlag | MeasurementFlag, string>> = {
  "duplicate": "One more answer to a probe that had been answered",
  "late": "An answer to a probe that had timed out",
  "after-icmp-error": "An answer to a probe that an ICMP error had ended",
  "bad-checksum": "The ICMP checksum is wrong; the stamps are shown and not used",
  "bad-ip-checksum": "The checksum of the IPv4 header is wrong",
  "ip-options": "The IPv4 header carries options that were not asked for",
  "odd-code": "The ICMP code is not 0",
  "trailing-bytes": "More bytes follow than the message needs",
  "no-stamps":
    "The IP Timestamp option that was asked for came back without the time of the target",
  "payload-changed": "The payload of the echo reply is not the one that was sent",
  "user-stamp": "The kernel gave no transmit stamp: that of this probe is the program's own",
  "originate-changed": "The originate stamp is not the one that was sent; nothing is measured",
  "clock-step": "The local clock was set while the probe was under way; no delay is computed",
  "negative-rtt":
    "The reply seems to have come before the request left: the local stamps are wrong",
  "non-standard":
    "A stamp has its high-order bit set: not milliseconds since midnight UT (RFC 792)",
  "byte-swapped": "The stamps were read with their octets swapped",
  "ambiguous": "Two readings of the stamps fit, and neither was chosen",
  "out-of-range": "A stamp is a day or more, and no reading makes sense of it",
  "zero": "Both stamps are 0, and it is not midnight",
  "one": "Both stamps are 1, and it is not midnight",
  "low-bits-zero": "The low 16 bits of both stamps are 0: half of the time is missing",
  "originate-copied": "Both stamps repeat the originate stamp: the host returned our own time",
  "transmit-before-receive": "The transmit stamp is earlier than the receive stamp",
  "processing-exceeds-rtt": "The stamps lie further apart than the whole round trip took",
  "stuck": "The stamps have not moved since an earlier reply, and should have",
  "wrong-rate": "The stamps do not advance as time does",
  "coarse-tick":
    "The remote clock moves in steps of more than a millisecond; the bounds are as wide",
  "tick-assumed":
    "The bounds hold if the remote clock ticks each millisecond: its stamps have not shown that yet",
  "tick-unknown":
    "The stamps speak against a tick of 1 ms; the bounds allow for the coarsest tick that they leave",
};

/** Names of all flags, those of the matching first. */
export const FLAG_NAMES: readonly string[] = Object.keys(FLAG_MEANINGS);
