/** Transcripts of `ping` and of the commands that look like other programs. */

import { EVENTFUL } from "../support/reported_run.ts";
import type { Network } from "../support/simulated_network.ts";
import type { Transcript } from "../support/transcript.ts";

const NUMBERS = "--identifier 7 --sequence 0";

/** Hosts 198.18.0.1 to .7: 2 ms there, 0.25 ms in the host and 3 ms back. */
const CLOCKS: Network = {
  out: 2,
  processing: 0.25,
  back: 3,
  kinds: {
    1: { clock: { offsetMs: 0 } },
    2: { clock: { offsetMs: 5 } },
    3: { clock: { offsetMs: -3_600_000 } },
    4: { quirk: "unix-seconds" },
    5: { quirk: "stuck" },
    6: { quirk: "little-endian" },
    7: { quirk: "zero" },
  },
};

const CLOCK_TRUTH = [
  "Every path: 2 ms out, 0.25 ms in the host, 3 ms back, so each round trip is 5.25 ms.",
  "198.18.0.1 is right; .2 is 5 ms ahead; .3 is one hour behind; .4 writes Unix seconds;",
  ".5 is stuck; .6 writes the bytes in the order of a little-endian machine; .7 writes zeros.",
];

/** Of nine probes each has a fate of another kind. */
const FATES: Network = {
  queueMs: 0.02,
  out: 2,
  back: 3,
  clock: { offsetMs: 12.25 },
  rules: [...EVENTFUL.rules ?? [], { probes: [7], fate: { queueMs: 534.1 } }],
};

const FATE_TRUTH = [
  "198.18.0.1 is 12.25 ms ahead; 2 ms out, 3 ms back. Of its probes, the first is number 0:",
  "1 is lost; 2 is answered twice, 1 ms apart; 3 is answered after 1402 ms, which is late;",
  "4 is refused by 192.0.10.1 (administratively prohibited); 5 is not sent (no route);",
  "6 has a reply with IP options, and two strange datagrams 1 ms before it;",
  "7 waits 534.1 ms in this machine's own queue before it leaves, the others 0.02 ms.",
];

const FORMATS = ["text", "json", "csv", "influx", "prometheus", "fping", "tsping"];
const SEVEN = "198.18.0.1-198.18.0.7";
const NINE = `-c 9 -i 2s ${NUMBERS} 198.18.0.1`;

/** The clock of 198.18.0.1 steps after a minute; the path to it is slower from probe 60 on, in the direction out. */
export const CHANGES: Network = {
  out: 2,
  back: 3,
  kinds: { 1: { clock: { offsetMs: 1, steps: [{ afterMs: 60_000, byMs: 250 }] } } },
  rules: [
    { hosts: [2], probes: range(40, 80), fate: { out: 32 } },
    { hosts: [3], probes: range(40, 80), fate: { back: 43 } },
    { hosts: [4], probes: range(10, 55), fate: { lossBackRatio: 1 } },
    { hosts: [5], fate: { isFiltered: true } },
  ],
};

/** What is true of it. */
export const CHANGE_TRUTH: readonly string[] = [
  "Every path: 2 ms out, 3 ms back. 198.18.0.1 is 1 ms ahead and steps on by 250 ms after a minute;",
  "of probes 40 to 79 to .2 each takes 30 ms more out, and of those to .3 each 40 ms more back;",
  "the replies of .4 to probes 10 to 54 are lost; .5 never answers.",
];

const FIVE = "198.18.0.1-198.18.0.5";
const LOOP = `ping --loop -q ${NUMBERS}`;

/** Whole numbers from `first` up to, but without, `end`. */
function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}

const CONDITIONS = [
  ...["loss>5%", "rtt.p95>20ms", "offset>100ms", "out.change>20ms", "back.change>20ms"],
  ...["out.jitter>5ms", "rtt.median<6ms", "back.jitter>=3ms", "rtt.max>1s"],
].map((condition) => `--fail-if ${condition}`).join(" ");

/** The transcripts. */
export const PING_TRANSCRIPTS: readonly Transcript[] = [
  {
    name: "ping_clocks",
    truth: CLOCK_TRUTH,
    commands: [
      `ping -c 3 ${NUMBERS} ${SEVEN}`,
      `ping -c 3 -v ${NUMBERS} ${SEVEN}`,
      `ping -c 30 -q ${NUMBERS} ${SEVEN}`,
      ...FORMATS.slice(1).map((form) => `ping -c 2 --format ${form} ${NUMBERS} ${SEVEN}`),
    ],
    machine: { network: CLOCKS },
  },
  {
    name: "ping_fates",
    truth: FATE_TRUTH,
    commands: [
      `ping ${NINE}`,
      `ping -v -D ${NINE}`,
      `ping -q ${NINE}`,
      ...FORMATS.slice(1).map((form) => `ping --format ${form} ${NINE}`),
      `ping --echo ${NINE}`,
      `ping --alive -r 2 ${NUMBERS} 198.18.0.1`,
    ],
    machine: { network: FATES },
  },
  {
    name: "ping_changes",
    truth: [
      ...CHANGE_TRUTH,
      "The run is asked for its state after 50 s, and interrupted after 100.5 s.",
    ],
    commands: [
      `${LOOP} ${FIVE}`,
      `${LOOP} --summary-every 25s ${FIVE}`,
      `${LOOP} --json --summary-every 50s ${FIVE}`,
      `${LOOP} --format fping ${FIVE}`,
      `ping -c 2 ${NUMBERS} --alive ${FIVE}`,
      `ping ${NUMBERS} --alive ${FIVE}`,
      `ping ${NUMBERS} --unreachable ${FIVE}`,
    ],
    machine: {
      network: CHANGES,
      signals: [{ atMs: 50_200, signal: "SIGQUIT" }, { atMs: 100_500, signal: "SIGINT" }],
    },
  },
  {
    name: "ping_conditions",
    truth: [...CHANGE_TRUTH, "The run is interrupted after 100.5 s."],
    commands: [
      `${LOOP} ${CONDITIONS} ${FIVE}`,
      `${LOOP} --json --summary-every 20s ${CONDITIONS} ${FIVE}`,
      `ping -c 3 -q ${NUMBERS} ${CONDITIONS} ${FIVE}`,
    ],
    machine: { network: CHANGES, signals: [{ atMs: 100_500, signal: "SIGINT" }] },
  },
  {
    name: "ping_names",
    truth: [
      "moves.example is 198.18.0.1, and from its second look-up on 198.18.0.2; late.example is not known",
      "at the first two, then it is 198.18.0.3; twin.example is 198.18.0.1 too; nothing else has a name.",
      "Every path: 5 ms each way, and clocks are right. The run is interrupted after 400.5 s.",
    ],
    commands: [
      `${LOOP} moves.example late.example twin.example`,
      `${LOOP} --json moves.example late.example twin.example`,
      `ping -c 2 ${NUMBERS} moves.example late.example twin.example`,
      `ping -c 2 ${NUMBERS} -n moves.example twin.example 198.18.0.1`,
      `fping -c 2 moves.example late.example twin.example 198.18.0.1`,
    ],
    machine: { signals: [{ atMs: 400_500, signal: "SIGINT" }] },
    moves: {
      "moves.example": [0xc6120001, 0xc6120002],
      "late.example": [undefined, undefined, 0xc6120003],
      "twin.example": [0xc6120001],
    },
  },
  {
    name: "ping_terminal",
    truth: [...CHANGE_TRUTH, "Standard output and error are terminals."],
    commands: [
      `ping -c 12 -q ${NUMBERS} ${FIVE}`,
      `ping -c 2 ${NUMBERS} ${FIVE}`,
      `ping ${NUMBERS} --alive ${FIVE}`,
      `clock -c 40 198.18.0.1 198.18.0.5`,
      `clock --loop --every 1s -w 3s 198.18.0.1`,
    ],
    machine: { network: CHANGES, areTerminals: true, lookNs: 1000 },
  },
  {
    name: "ping_explain",
    truth: FATE_TRUTH,
    commands: [
      `ping --explain -c 3 -i 2s ${NUMBERS} 198.18.0.1`,
      `ping --explain --echo -c 1 --payload 4 ${NUMBERS} 198.18.0.1`,
    ],
    machine: { network: FATES },
  },
  {
    name: "other_programs",
    truth: [
      ...FATE_TRUTH,
      "One of the strange datagrams is the reply from another address, which fping takes for one: 4 ms.",
      "No host writes its time into an IP Timestamp option. Runs without end are interrupted after 18.5 s.",
    ],
    commands: [
      ...["-c 9", "-c 9 -q", "-C 9 -q", "-C 9", "-c 9 -D -o", "-c 9 -J", "-c 9 -s --print-ttl"]
        .map((words) => `fping --icmp-timestamp -p 2000 ${words} 198.18.0.1`),
      `fping -c 9 -p 2000 198.18.0.1`,
      `fping -s -e 198.18.0.1 198.18.0.2`,
      `fping -l -p 2000 -t 1000 198.18.0.1`,
      `fping -l -Q 5 -p 1000 198.18.0.1`,
      `fping -l -N -Q 5 -p 1000 198.18.0.1`,
      `tsping -s 2000 198.18.0.1`,
      `tsping -s 2000 -D -m 198.18.0.1`,
      `tsping -s 2000 -e 198.18.0.1`,
      `clockdiff 198.18.0.1`,
      `clockdiff -o 198.18.0.2`,
    ],
    machine: { network: FATES, lookNs: 1000, signals: [{ atMs: 18_500, signal: "SIGINT" }] },
  },
];
