/** The names of all records of all commands: a promise to other programs. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { COMMAND_RECORDS, type FieldDescription } from "../../../src/record/registry.ts";
import { SCHEMA_VERSION } from "../../../src/record/run_record.ts";

interface Use extends FieldDescription {
  /** Command and record, such as `ping reply`. */
  readonly where: string;
}

const uses: readonly Use[] = Object.entries(COMMAND_RECORDS).flatMap(([command, records]) =>
  records.flatMap(({ type, fields }) =>
    fields.map((field) => ({ ...field, where: `${command} ${type}` }))
  )
);

Deno.test("vocabulary: a key has one type and one meaning in every record of every command", () => {
  const first = new Map<string, Use>();
  for (const use of uses) {
    const known = first.get(use.name);
    if (known === undefined) first.set(use.name, use);
    else {
      const places = `${use.name} in ${known.where} and in ${use.where}`;
      assertEquals(use.type, known.type, places);
      assertEquals(use.description, known.description, places);
    }
  }
  // Two keys with one meaning would be one thing with two names.
  const meanings = new Map<string, string>();
  for (const { name, description } of first.values()) {
    assertEquals(meanings.get(description), undefined, `${name} means what another key means`);
    meanings.set(description, name);
  }
});

Deno.test("vocabulary: of several values a key can have, all records name the same or fewer", () => {
  for (const one of uses) {
    for (const other of uses) {
      if (one.name !== other.name || one.name === "flags") continue;
      assertEquals(one.values, other.values, `${one.name} in ${one.where} and in ${other.where}`);
    }
  }
});

Deno.test("vocabulary: every record has `time`, required and in Unix seconds", () => {
  for (const [command, records] of Object.entries(COMMAND_RECORDS)) {
    for (const { type, fields } of records) {
      const time = fields.find(({ name }) => name === "time");
      assert(time !== undefined && time.optional !== true, `${command} ${type} has no time`);
      assertMatch(time.description, /Unix time in seconds/);
    }
  }
});

Deno.test("vocabulary: a value is never an object, and a truth value is named as one", () => {
  for (const { name, type, where } of uses) {
    assert(
      ["string", "number", "integer", "boolean", "strings"].includes(type),
      `${where} ${name}`,
    );
    assertEquals(/^(is|has|had)_/.test(name), type === "boolean", `${where} ${name}`);
  }
});

/** Names of version 2, frozen: a name may be added at the end of a line, none may go or move to another type. */
const FROZEN: Readonly<Record<string, string>> = {
  integer:
    "after_hop agreeing arrival_ms backoffs before_hop blocked count distance dropped_by_us " +
    "duplicates echo_answered echo_sent edge_samples hop ip_timestamp_answered ip_timestamp_sent " +
    "path_number timestamp_answered timestamp_sent " +
    "exit_code failed_calls foreign frame hosts icmp_code icmp_errors icmp_type " +
    "identifier kernel_drops late length_bytes lost malformed notices number originate_ms " +
    "outliers pending position probe probes quoted_identifier quoted_sequence rank " +
    "receive_ms received samples samples_used schema_version seed sender_threads sent " +
    "sequence start_position targets targets_answered time_ns transmit_ms ttl unmatched " +
    "unproven unreported unsent utc_offset_minutes wire_length_bytes " +
    "answer_seed echo_requests packets_dropped packets_sent packets_unsent reply_count requests " +
    "timestamp_requests fate_replied fate_icmp_error fate_lost_out fate_lost_back fate_silent " +
    "fate_bad_checksum fate_odd_code fate_long fate_host_rate fate_over_rate fate_not_ours " +
    "fate_other fate_malformed",
  string: "address command comment condition destination direction error error_code finding form " +
    "found from_address hop_address sentence would_decide " +
    "icmp_error icmp_error_reporter local_clock malformed_reason message path path_reason " +
    "quoted_destination reading reason remote_time reporter scope shard socket source " +
    "stamp_at stamp_source syscall target undecided_reason unsent_error unsent_error_code " +
    "version alias_kind likely_system answered_addresses fate interface request",
  number: "echo_rtt_median_ms echo_rtt_min_ms timestamp_rtt_median_ms timestamp_rtt_min_ms " +
    "back_change_max_ms back_change_mean_ms back_change_median_ms back_change_min_ms " +
    "back_change_ms back_change_p95_ms back_change_stddev_ms back_jitter_max_ms " +
    "back_jitter_mean_ms back_jitter_median_ms back_jitter_min_ms back_jitter_p95_ms " +
    "back_jitter_stddev_ms back_max_ms back_mean_ms back_median_ms back_min_ms back_ms " +
    "back_p95_ms back_stddev_ms chance_ratio consensus_lower_ms consensus_upper_ms " +
    "cooldown_ms duration_s from interval_ms loss_ratio offset_lower_ms offset_ms " +
    "offset_stddev_ms offset_upper_ms out_change_max_ms out_change_mean_ms " +
    "out_change_median_ms out_change_min_ms out_change_ms out_change_p95_ms " +
    "out_change_stddev_ms out_jitter_max_ms out_jitter_mean_ms out_jitter_median_ms " +
    "out_jitter_min_ms out_jitter_p95_ms out_jitter_stddev_ms out_max_ms out_mean_ms " +
    "out_median_ms out_min_ms out_ms out_p95_ms out_stddev_ms queue_max_ms " +
    "queue_median_ms queue_ms queue_p95_ms rate_pps rtt_max_ms rtt_mean_ms rtt_median_ms " +
    "rtt_min_ms rtt_ms rtt_p95_ms rtt_stddev_ms shown_offset_ms shown_unix_s " +
    "skew_lower_ppm skew_ppm skew_stddev_ppm skew_upper_ppm tick_ms time time_of_day_ms " +
    "timeout_ms coincidence_ratio offset_within_ms skew_within_ppm answer_rate_pps reply_delay_ms",
  strings:
    "addresses falsetickers flags forgers hop_addresses mpls_labels not_counted path_changes reasons restarts",
  boolean: "had_high_bit has_majority is_checksum_right is_decided is_far_off is_known " +
    "is_little_endian is_met is_still_queued is_target is_tick_settled",
};

Deno.test("vocabulary: no name of version 2 is gone, and none has another type", () => {
  assertEquals(SCHEMA_VERSION, 2);
  const types = new Map(uses.map(({ name, type }) => [name, type]));
  for (const [type, names] of Object.entries(FROZEN)) {
    for (const name of names.split(" ")) assertEquals([name, types.get(name)], [name, type]);
  }
});
