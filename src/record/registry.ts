/** What each command writes as JSON Lines, for documents and checks. */

import { CLOCK_FIELDS } from "./clock_record.ts";
import { CONSENSUS_FIELDS } from "./consensus_record.ts";
import { PACKET_FIELDS, STAMP_FIELDS } from "./decode_record.ts";
import { END_FIELDS, RUN_FIELDS } from "./run_record.ts";
import { type RecordDescription, RECORDS } from "./record_table.ts";
import {
  SCAN_END_FIELDS,
  SCAN_ICMP_ERROR_FIELDS,
  SCAN_REPLY_FIELDS,
  SCAN_RUN_FIELDS,
  SCAN_UNSENT_FIELDS,
} from "./scan_fields.ts";

/** The records of one command. */
export interface CommandRecords {
  /** Name of the command. */
  readonly command: string;
  /** Its kinds of records. */
  readonly records: readonly RecordDescription[];
}

/** Every kind of record that `scan` writes. */
export const SCAN_RECORD_TABLE: readonly RecordDescription[] = [
  { type: "run", description: "Once, before the first probe", fields: SCAN_RUN_FIELDS },
  { type: "reply", description: "A host answered", fields: SCAN_REPLY_FIELDS },
  { type: "refused", description: "An ICMP error about a probe", fields: SCAN_ICMP_ERROR_FIELDS },
  {
    type: "unsent",
    description: "The kernel did not take a probe",
    fields: SCAN_UNSENT_FIELDS,
  },
  { type: "end", description: "Once, last", fields: SCAN_END_FIELDS },
];

/** Every command that writes records. */
export const COMMAND_RECORDS: readonly CommandRecords[] = [
  { command: "ping", records: RECORDS },
  {
    command: "clock",
    records: [
      { type: "run", description: "Once, before the first probe", fields: RUN_FIELDS },
      {
        type: "clock",
        description:
          "What is known of one clock, at the end, on SIGQUIT and with --loop every --every",
        fields: CLOCK_FIELDS,
      },
      {
        type: "consensus",
        description: "What several clocks say together, after them",
        fields: CONSENSUS_FIELDS,
      },
      { type: "end", description: "Once, last", fields: END_FIELDS },
    ],
  },
  {
    command: "scan",
    records: SCAN_RECORD_TABLE,
  },
  {
    command: "decode",
    records: [
      {
        type: "stamp",
        description: "One reading of a number, the likeliest first",
        fields: STAMP_FIELDS,
      },
      {
        type: "packet",
        description: "An ICMP packet of a capture, or one given as digits",
        fields: PACKET_FIELDS,
      },
    ],
  },
];
