/** What the exporter is to do: groups of targets, and how it serves them. */

import type { Block } from "../targets/block.ts";
import type { Labels } from "../prometheus/label_text.ts";
import type { TargetBuckets } from "./target_series.ts";

/** Targets that share a socket and a schedule. */
export interface GroupConfig {
  /** Name; no two groups have the same. */
  readonly name: string;
  /** Words that are targets: names, addresses, blocks, ranges. */
  readonly targets: readonly string[];
  /** Files of targets. */
  readonly files: readonly string[];
  /** What is never probed. */
  readonly exclude: readonly Block[];
  /** Files of what is never probed. */
  readonly excludeFiles: readonly string[];
  /** Message that is sent. */
  readonly message: "timestamp" | "echo";
  /** Time between two probes of a target, milliseconds. */
  readonly intervalMs: number;
  /** How long a probe waits for its reply, milliseconds. */
  readonly timeoutMs: number;
  /** Interface and source address to send from, as for `-I`. */
  readonly source: readonly string[];
  /** Firewall mark. */
  readonly mark: number | undefined;
  /** Time to live. */
  readonly ttl: number;
  /** Type-of-service octet. */
  readonly tos: number;
  /** Labels of all series of the targets. */
  readonly labels: Labels;
  /** Bounds of histograms. */
  readonly buckets: TargetBuckets;
}

/** Where the exporter listens. */
export interface ListenAddress {
  /** IPv4 or IPv6 address, or a name. */
  readonly host: string;
  /** Port; 0 for any. */
  readonly port: number;
}

/** Bounds of what connections may cost. */
export interface ServerLimits {
  /** Most connections at one time. */
  readonly connections: number;
  /** Most bytes of a request's headers. */
  readonly headerBytes: number;
  /** How long a request may take to arrive, milliseconds. */
  readonly requestMs: number;
  /** How long an answer may take to be read, milliseconds. */
  readonly answerMs: number;
  /** How long a connection may be idle between two requests, milliseconds. */
  readonly idleMs: number;
}

/** What a request to /probe may choose. */
export interface ProbeModule {
  /** Message that is sent. */
  readonly message: "timestamp" | "echo";
  /** Probes of a request. */
  readonly count: number;
  /** Time between two of them, milliseconds. */
  readonly intervalMs: number;
  /** How long each waits for its reply, milliseconds. */
  readonly timeoutMs: number;
  /** Interface and source address to send from, as for `-I`. */
  readonly source: readonly string[];
  /** Firewall mark. */
  readonly mark: number | undefined;
  /** Time to live. */
  readonly ttl: number;
  /** Type-of-service octet. */
  readonly tos: number;
}

/** What /probe may do. */
export interface ProbeConfig {
  /** Addresses that may be probed; none where it is off. */
  readonly allow: readonly Block[];
  /** Modules by name; the first one is that of a request without a name. */
  readonly modules: ReadonlyMap<string, ProbeModule>;
  /** Requests that are served at one time. */
  readonly atOnce: number;
}

/** Files of the certificate and its key, in PEM. */
export interface TlsFiles {
  /** Chain, the own certificate first. */
  readonly certificate: string;
  /** Private key. */
  readonly key: string;
}

/** A user who may read. */
export interface ConfigUser {
  /** Name that the client gives. */
  readonly name: string;
  /** SHA-256 of the password, hexadecimal; undefined where a file has the password. */
  readonly passwordSha256: string | undefined;
  /** File with the password in its first line. */
  readonly passwordFile: string | undefined;
}

/** The whole configuration. */
export interface ExporterConfig {
  /** Where it listens. */
  readonly listen: ListenAddress;
  /** Limits of connections. */
  readonly limits: ServerLimits;
  /** Certificate; undefined for plain HTTP. */
  readonly tls: TlsFiles | undefined;
  /** Users; without any, no name is asked for. */
  readonly users: readonly ConfigUser[];
  /** `POST /-/reload` reads the configuration again. */
  readonly reloadByHttp: boolean;
  /** What /probe may do. */
  readonly probe: ProbeConfig;
  /** Groups; at least one, or /probe is on. */
  readonly groups: readonly GroupConfig[];
}

/** Where the exporter listens unless it is set. */
export const DEFAULT_LISTEN = "127.0.0.1:9877";

/** Limits unless they are set. */
export const DEFAULT_LIMITS: ServerLimits = {
  connections: 64,
  headerBytes: 8192,
  requestMs: 5_000,
  answerMs: 10_000,
  idleMs: 120_000,
};

/** No request to /probe is served. */
export const NO_PROBE: ProbeConfig = { allow: [], modules: new Map(), atOnce: 0 };

const MAX_PORT = 65_535;

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `:PORT`; undefined for anything else. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > MAX_PORT) return undefined;
  return { host: match[1] ?? (match[2] === "" ? "0.0.0.0" : match[2] ?? ""), port };
}

/** The address as part of a URL. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
