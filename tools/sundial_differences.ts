/** Where our labels differ from Sundial's own rules, for docs/behaviours.md; the table of hosts is in a test. */

/** What differs, and why ours is right. */
export const SUNDIAL_DIFFERENCES = {
  window: {
    sundial: "compares with the originate timestamp, within 200 ms whatever the round trip is",
    ours:
      "the clock is compared with our own window of that probe: a host 600 ms away keeps its labels",
  },
  midnight: {
    sundial: "compares numbers, not times of day: a local time past midnight is none",
    ours: "all differences are taken modulo a day",
  },
  zones: {
    sundial: "knows whole hours and eight fractions of an hour",
    ours: "every offset from UTC in civil use is known, with the places that keep it",
  },
  constants: {
    sundial:
      "also reads constants and copies of the request as times: 0 is local time at noon, and has no low 16 bits",
    ours: "what carries no time gets no label of a time, and `lazy` needs timestamps that advance",
  },
  pause: {
    sundial:
      "calls a clock stuck that shows the same in two replies, however close together they are",
    ours:
      "timestamps must stand still for more than 1.5 s: a clock that counts seconds moves within that",
  },
  combined: {
    sundial: "reads octet order, high bit, unit and zone apart, and so finds none of two at once",
    ours: "each combination is tried, and every part of it is named",
  },
  unanswered: {
    sundial:
      "skips a host that leaves one of the four probes unanswered, such as every host that checks checksums",
    ours: "labels follow from the answers that there are; too few of them are `undecided`",
  },
  more: {
    sundial:
      "does not know seconds of the day, Unix milliseconds, uptimes, coarse ticks, random numbers, or a transmit before a receive",
    ours: "each has a label",
  },
} as const;

/** Name of a difference. */
export type SundialDifference = keyof typeof SUNDIAL_DIFFERENCES;
