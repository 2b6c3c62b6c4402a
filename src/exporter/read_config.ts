/** From the value of a configuration file to the configuration: every key, its range and its default. */

import type { Block } from "../targets/block.ts";
import { readWord } from "../targets/target_word.ts";
import { CHANGE_BUCKETS_S, MAX_BUCKETS, RTT_BUCKETS_S } from "../prometheus/buckets.ts";
import {
  type ConfigUser,
  DEFAULT_LIMITS,
  DEFAULT_LISTEN,
  type ExporterConfig,
  type GroupConfig,
  type ListenAddress,
  parseListenAddress,
  type ProbeConfig,
  type ProbeModule,
  type ServerLimits,
  type TlsFiles,
} from "./config.ts";
import { ConfigError, ConfigValue } from "./config_value.ts";
import { escapeLabelValue, type Labels } from "../prometheus/label_text.ts";
import { RESERVED_LABELS } from "../prometheus/metric.ts";

const KEYS = ["listen", "tls", "basic_auth", "limits", "reload_by_http", "probe", "groups"];
const EGRESS_KEYS = ["source", "mark", "ttl", "tos"];
const GROUP_KEYS = [
  ...["name", "targets", "files", "exclude", "exclude_files", "message", "interval", "timeout"],
  ...["labels", "rtt_buckets", "delay_change_buckets"],
  ...EGRESS_KEYS,
];
const MODULE_KEYS = ["message", "count", "interval", "timeout", ...EGRESS_KEYS];
const MESSAGES = ["timestamp", "echo"] as const;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const MAX_GROUPS = 64;
const MAX_MODULES = 64;
const MAX_LABELS = 16;
const MAX_LABEL_CHARACTERS = 256;
const DEFAULT_TTL = 64;
/** Of /probe: probes, and the time from one to the next. */
const MODULE_DEFAULTS = { count: 3, intervalMs: 200, timeoutMs: 1000, atOnce: 4 };

/**
 * Reads a configuration.
 *
 * @throws {ConfigError} It cannot be used.
 */
export function readConfig(value: unknown): ExporterConfig {
  const keys = new ConfigValue(value).mapping(KEYS);
  const groups = at(keys, "groups").sequence().map(readGroup);
  const probe = readProbe(at(keys, "probe"));
  if (groups.length > MAX_GROUPS) {
    throw new ConfigError(`groups: ${groups.length} groups, expected at most ${MAX_GROUPS}`);
  }
  for (const [place, { name }] of groups.entries()) {
    const isAlike = (each: GroupConfig) => escapeLabelValue(each.name) === escapeLabelValue(name);
    if (groups.findIndex(isAlike) === place) continue;
    throw new ConfigError(`groups[${place}].name: "${name}" stands twice, expected another name`);
  }
  if (groups.length === 0 && probe.allow.length === 0) {
    throw new ConfigError("groups: nothing, expected at least one group, or probe.allow");
  }
  return {
    listen: readListen(at(keys, "listen")),
    tls: readTls(at(keys, "tls")),
    users: at(keys, "basic_auth").sequence().map(readUser),
    limits: readLimits(at(keys, "limits")),
    reloadByHttp: at(keys, "reload_by_http").flag(false),
    probe,
    groups,
  };
}

function readListen(value: ConfigValue): ListenAddress {
  const text = value.isAbsent ? DEFAULT_LISTEN : value.text();
  const address = parseListenAddress(text);
  if (address === undefined) {
    throw value.wrong(`an address and a port, such as ${DEFAULT_LISTEN}`);
  }
  return address;
}

function readTls(value: ConfigValue): TlsFiles | undefined {
  if (value.isAbsent) return undefined;
  const keys = value.mapping(["certificate", "key"]);
  return { certificate: at(keys, "certificate").text(), key: at(keys, "key").text() };
}

function readUser(value: ConfigValue): ConfigUser {
  const keys = value.mapping(["user", "password_sha256", "password_file"]);
  const name = at(keys, "user").text();
  if (name.includes(":")) throw at(keys, "user").wrong("a name without a colon");
  const hash = at(keys, "password_sha256"), file = at(keys, "password_file");
  if (hash.isAbsent === file.isAbsent) {
    throw new ConfigError(`${value.place}: expected either password_sha256 or password_file`);
  }
  if (hash.isAbsent) return { name, passwordSha256: undefined, passwordFile: file.text() };
  const passwordSha256 = hash.text().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(passwordSha256)) throw hash.wrong("64 hexadecimal digits");
  return { name, passwordSha256, passwordFile: undefined };
}

function readLimits(value: ConfigValue): ServerLimits {
  if (value.isAbsent) return DEFAULT_LIMITS;
  const keys = value.mapping([
    ...["connections", "header_bytes", "request_time", "answer_time", "idle_time"],
  ]);
  const integer = (key: string, fallback: number, min: number, max: number): number =>
    at(keys, key).isAbsent ? fallback : at(keys, key).integer(min, max);
  return {
    connections: integer("connections", DEFAULT_LIMITS.connections, 1, 4096),
    headerBytes: integer("header_bytes", DEFAULT_LIMITS.headerBytes, 512, 65_536),
    requestMs: timeOf(keys, "request_time", DEFAULT_LIMITS.requestMs, 100, MINUTE_MS),
    answerMs: timeOf(keys, "answer_time", DEFAULT_LIMITS.answerMs, 100, 10 * MINUTE_MS),
    idleMs: timeOf(keys, "idle_time", DEFAULT_LIMITS.idleMs, 100, DAY_MS),
  };
}

function readProbe(value: ConfigValue): ProbeConfig {
  const keys = value.isAbsent
    ? new Map<string, ConfigValue>()
    : value.mapping(["allow", "modules", "at_once"]);
  const modules = at(keys, "modules");
  const named = modules.isAbsent
    ? new Map([["icmp_timestamp", new ConfigValue({})], ["icmp_echo", ECHO_MODULE]])
    : modules.mapping();
  if (named.size === 0 || named.size > MAX_MODULES) {
    throw modules.wrong(`1 to ${MAX_MODULES} modules`);
  }
  return {
    allow: at(keys, "allow").sequence().map(readBlock),
    modules: new Map([...named].map(([name, module]) => [name, readModule(module)])),
    atOnce: at(keys, "at_once").isAbsent
      ? MODULE_DEFAULTS.atOnce
      : at(keys, "at_once").integer(1, 64),
  };
}

const ECHO_MODULE = new ConfigValue({ message: "echo" });

function readModule(value: ConfigValue): ProbeModule {
  const keys = value.mapping(MODULE_KEYS);
  const count = at(keys, "count");
  return {
    ...readEgress(keys),
    message: readMessage(keys),
    count: count.isAbsent ? MODULE_DEFAULTS.count : count.integer(1, 100),
    intervalMs: timeOf(keys, "interval", MODULE_DEFAULTS.intervalMs, 1, 10_000),
    timeoutMs: timeOf(keys, "timeout", MODULE_DEFAULTS.timeoutMs, 1, MINUTE_MS),
  };
}

function readGroup(value: ConfigValue): GroupConfig {
  const keys = value.mapping(GROUP_KEYS);
  const targets = at(keys, "targets").sequence().map((each) => {
    const word = each.text();
    const reading = readWord(word);
    if (reading.kind === "invalid") throw new ConfigError(`${each.place}: ${reading.message}`);
    return word;
  });
  const files = at(keys, "files").texts();
  if (targets.length + files.length === 0) {
    throw new ConfigError(`${value.place}.targets: nothing, expected targets or files`);
  }
  const name = at(keys, "name").text();
  if (name.length > MAX_LABEL_CHARACTERS) throw at(keys, "name").wrong("a shorter name");
  return {
    ...readEgress(keys),
    name,
    targets,
    files,
    exclude: at(keys, "exclude").sequence().map(readBlock),
    excludeFiles: at(keys, "exclude_files").texts(),
    message: readMessage(keys),
    intervalMs: timeOf(keys, "interval", 1000, 1, DAY_MS),
    timeoutMs: timeOf(keys, "timeout", 1000, 1, DAY_MS),
    labels: readLabels(at(keys, "labels")),
    buckets: {
      rttS: readBuckets(at(keys, "rtt_buckets"), RTT_BUCKETS_S),
      changeS: readBuckets(at(keys, "delay_change_buckets"), CHANGE_BUCKETS_S),
    },
  };
}

function readEgress(keys: ReadonlyMap<string, ConfigValue>) {
  const [source, mark, ttl, tos] = EGRESS_KEYS.map((key) => at(keys, key)) as [
    ...[ConfigValue, ConfigValue, ConfigValue, ConfigValue],
  ];
  return {
    source: source.texts(),
    mark: mark.isAbsent ? undefined : mark.integer(0, 0xffffffff),
    ttl: ttl.isAbsent ? DEFAULT_TTL : ttl.integer(1, 255),
    tos: tos.isAbsent ? 0 : tos.integer(0, 255),
  };
}

function readMessage(keys: ReadonlyMap<string, ConfigValue>): "timestamp" | "echo" {
  const message = at(keys, "message");
  return message.isAbsent ? "timestamp" : message.choice(MESSAGES);
}

function readLabels(value: ConfigValue): Labels {
  if (value.isAbsent) return {};
  const entries = [...value.mapping()].map(([name, each]): [string, string] => {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/.test(name) || name.startsWith("__")) {
      throw new ConfigError(`${each.place}: expected a name of letters, digits and _`);
    }
    if (RESERVED_LABELS.has(name)) {
      throw new ConfigError(
        `${each.place}: icmptime or Prometheus sets this label, expected another`,
      );
    }
    const text = each.text();
    if (text.length <= MAX_LABEL_CHARACTERS) return [name, text];
    throw each.wrong(`at most ${MAX_LABEL_CHARACTERS} characters`);
  });
  if (entries.length > MAX_LABELS) throw value.wrong(`at most ${MAX_LABELS} labels`);
  return Object.fromEntries(entries);
}

function readBuckets(value: ConfigValue, fallback: readonly number[]): readonly number[] {
  if (value.isAbsent) return fallback;
  const bounds = value.numbers();
  const isAscending = bounds.every((bound, place) => bound > (bounds[place - 1] ?? 0));
  if (bounds.length > 0 && bounds.length <= MAX_BUCKETS && isAscending) return bounds;
  throw value.wrong(`1 to ${MAX_BUCKETS} ascending bounds in seconds`);
}

function readBlock(value: ConfigValue): Block {
  const text = value.text();
  const reading = readWord(text);
  if (reading.kind === "block") return reading.block;
  throw value.wrong("an address, a prefix or a range");
}

function timeOf(
  keys: ReadonlyMap<string, ConfigValue>,
  key: string,
  fallbackMs: number,
  minMs: number,
  maxMs: number,
): number {
  const value = at(keys, key);
  return value.isAbsent ? fallbackMs : value.time(minMs, maxMs);
}

/** Absent where the key is not there. */
function at(keys: ReadonlyMap<string, ConfigValue>, key: string): ConfigValue {
  return keys.get(key) ?? new ConfigValue(undefined, key);
}
