/** More command lines of fping, in the namespace of `fping_table.ts`: odd values, options given twice, and what changed after 5.1. */

import type { Given } from "./fping_table.ts";

/** Command lines on which both programs must agree. */
export const BOTH_SAY_OF_VALUES: Readonly<Record<string, readonly string[]>> = {
  "numbers in other forms": [
    "-c +1 127.0.0.1",
    "-c 01 127.0.0.1",
    "-C +2 -p 20 127.0.0.1",
    "-r +0 -t20 127.66.0.1",
    "-t 1e2 -r0 127.66.0.1",
    "-t 0x10 -r0 127.66.0.1",
    "-t +50 -r0 127.66.0.1",
    "-t .5e2 -r0 127.66.0.1",
    "-t 5. -r0 127.66.0.1",
    "-B 1e0 127.0.0.1",
    "-B +2 127.0.0.1",
    "-Q 1e3 -c1 127.0.0.1",
    "-Q 5, -c1 127.0.0.1",
    "-Q 5,other -c1 127.0.0.1",
    "-O 010 127.0.0.1",
    "-O 0X10 -c1 127.0.0.1",
    "-b +100 -c1 127.0.0.1",
    "-H +64 127.0.0.1",
    "-x +1 127.0.0.1",
  ],
  "no time at all": [
    "-t 0 -r0 127.0.0.1",
    "-t 0 -r2 127.66.0.1",
    "-t 0 -c1 127.0.0.1",
    "-t 0 -c2 -p 30 127.0.0.1",
    "-t 0 -q -c2 -p 30 127.0.0.1 127.0.0.2",
    "-t 0 -C2 -q -p 30 127.0.0.1",
    "-t 0 -a -r0 127.0.0.1",
    "-t 0 -u -r0 127.0.0.1",
    "-t 0 -x 1 -r0 127.0.0.1",
    "-t 0 -s -q -c1 127.0.0.1",
    "-p 0 -c3 127.0.0.1 127.0.0.2",
    "-p 0 -c2 127.66.0.1",
    "-p 0 -t 5000 -c2 -q 127.0.0.1",
    "-q -p 0 -c2 127.0.0.1",
    "-p 0 127.0.0.1",
    "-i 0 -p 0 -c 5 127.0.0.1",
    "-Q 0 127.0.0.1",
    "-Q 0 -c1 127.0.0.1",
    "-Q 0 -c 2 -p 50 127.0.0.1",
    "-Q 0,cumulative -c 2 -p 50 127.0.0.1",
  ],
  "more than a day": [
    "-t 86400001 127.0.0.1",
    "-t 100000000 -c 1 127.0.0.1",
    "-t 1e9 127.0.0.1",
    "-t 1e12 127.0.0.1",
    "-p 86400001 -c1 127.0.0.1",
    "-p 1e9 -c1 127.0.0.1",
    "-p 1e12 -q -c1 127.0.0.1 127.0.0.2",
    "-i 86400001 127.0.0.1",
    "-i 1e9 -c 1 127.0.0.1",
    "-Q 100000000 -c1 127.0.0.1",
  ],
  "values of no length": [
    "-T '' 127.0.0.1",
    "-S '' 127.0.0.1",
    "-S ::1 127.0.0.1",
    "-I '' 127.0.0.1",
    "-f ''",
    "-f /etc/hosts/none",
  ],
  "options given twice": [
    "-c 1 -c 2 -p 20 127.0.0.1",
    "-C 1 -C 2 -p 20 127.0.0.1",
    "-c 2 -C 1 -c 3 -p 20 127.0.0.1",
    "-C 2 -c 1 -C 3 -p 20 127.0.0.1",
    "-t 5 -t 50 -r0 127.66.0.1",
    "-r 0 -r 1 -t 20 127.66.0.1",
    "-b 1 -b 2 -c1 127.0.0.1",
    "-x 5 -x 1 127.0.0.1",
    "-Q 1 -Q 2 -c1 127.0.0.1",
    "-S 127.0.0.9 -S 127.0.0.8 127.0.0.1",
    "-f /no/such/file -f /dev/null",
    "-l -c1 -a -u 127.0.0.1",
    "-H 300 -a -u 127.0.0.1",
  ],
  "many targets that are close": [
    "-g -q -c 2 -p 200 -i 0.2 127.0.0.0/25",
    "-g -q -C 2 -p 200 -t 100 -i 0 127.0.0.0/25",
    "-g -q -x 126 -i 0.5 127.0.0.0/25",
    "-g -a -i 0.9 127.0.0.0/25",
    "-g -u -i 0.1 -r 1 -t 50 127.66.0.0/25",
  ],
  "generated, in other forms": [
    "-g 127.0.0.0/+30",
    "-g 127.0.0.0/030",
    "-g 127.1/30",
    "-g 0x7f000000/30",
    "-g 0177.0.0.1/31",
    "-g 127.1 127.2",
    "-g 127.0.0.0/30 127.0.0.9",
    "-g 127.0.0.3/30 127.0.0.1/30",
    "-g '' ''",
    "-g 127.0.0.1 ''",
    "-g /30",
    "-g 1.2.3.4.5/24",
    "-g 127.0.0.256/30",
    "-g -n 127.0.1.0/30",
    "-g -A 127.0.1.1 127.0.1.2",
  ],
};

const HOST = "127.0.0.1";
const REPLY = `${HOST} : [0], 64 bytes, T ms (T avg, 0% loss)`;
const SUMMARY = `${HOST} : xmt/rcv/%loss = 1/1/0%, min/avg/max = T/T/T`;
const LOST = "127.66.0.1 : [0], timed out (NaN avg, 100% loss)";

/** What fping 5.5 gives where 5.1 gives other lines: from 5.2 on counting takes no notice of -a, -u and -x. */
export const LATER_COUNTS: readonly (readonly [line: string, given: Given])[] = [
  ...["-a -c1", "-c1 -u", "-u --count=1"].map((words) =>
    [`${words} ${HOST}`, { code: 0, stdout: [REPLY], stderr: ["", SUMMARY] }] as const
  ),
  [`-u -C1 ${HOST}`, { code: 0, stdout: [REPLY], stderr: ["", `${HOST} : T`] }],
  [`-D -A -a -c 1 localhost`, { code: 0, stdout: [`[UNIX] ${REPLY}`], stderr: ["", SUMMARY] }],
  [
    `-a -c 1 -t 50 ${HOST} 127.66.0.1`,
    {
      code: 1,
      stdout: [`${HOST}  : [0], 64 bytes, T ms (T avg, 0% loss)`, LOST],
      stderr: [
        "",
        `${HOST}  : xmt/rcv/%loss = 1/1/0%, min/avg/max = T/T/T`,
        "127.66.0.1 : xmt/rcv/%loss = 1/0/100%",
      ],
    },
  ],
  [
    `-x 1 -c 1 ${HOST}`,
    {
      code: 0,
      stdout: [REPLY, "Enough hosts reachable (required: 1, reachable: 1)"],
      stderr: ["", SUMMARY],
    },
  ],
];

/** Values that fping 5.5 refuses with its help, where 5.1 took what it could read of them. */
export const LATER_REFUSES: readonly string[] = [
  ...["1x", "2.0", "0x2", "-1", "1e1", "18446744073709551616"].flatMap((value) => [
    `-c ${value} ${HOST}`,
    `-C ${value} ${HOST}`,
    `-r ${value} ${HOST}`,
    `-b ${value} ${HOST}`,
    `-H ${value} ${HOST}`,
    `-x ${value} ${HOST}`,
    `-X ${value} ${HOST}`,
    `-k ${value} ${HOST}`,
  ]),
  ...["50x", "-1", "1e", "--"].flatMap((value) => [
    `-t ${value} ${HOST}`,
    `-p ${value} ${HOST}`,
    `-i ${value} ${HOST}`,
    `-B ${value} ${HOST}`,
    `-Q ${value} ${HOST}`,
    `--seqmap-timeout=${value} ${HOST}`,
  ]),
  ...["256", "-1", "16x", "08", "0x", "1.5", "0x100"].map((value) => `-O ${value} ${HOST}`),
  ...["-c", "-C", "-r", "-b", "-H", "-x", "-t", "-p", "-i", "-B", "-Q", "-O"]
    .map((option) => `${option} '' ${HOST}`),
  `-k 0 ${HOST}`,
  `-Q ,cumulative ${HOST}`,
  `-Q 1x,cumulative ${HOST}`,
  "-g 127.0.0.0/30x",
  "-g 127.0.0.0/30.5",
  "-g 127.0.0.0/-1",
  "-g 127.0.0.0/",
  "-g 127.0.0.0/30/31",
];
