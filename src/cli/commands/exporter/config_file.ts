/** The configuration file, and the files that it names. */

import { parse } from "@std/yaml/parse";
import type { ConfigUser, ExporterConfig, TlsFiles } from "../../../exporter/config.ts";
import { ConfigError } from "../../../exporter/config_value.ts";
import { readConfig } from "../../../exporter/read_config.ts";
import { shortText } from "../../../terminal/safe_text.ts";
import { readShortFile } from "../../files.ts";
import { UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";
import { readEgress } from "../../options/egress.ts";
import type { TlsIdentity } from "./http_server.ts";
import { planGroup, planModule } from "./plans.ts";

const MAX_CONFIG_BYTES = 1 << 20;
const MAX_SECRET_BYTES = 1 << 16;

/** A user and the SHA-256 of the password, hexadecimal. */
export interface KnownUser {
  /** Name of the user, as in HTTP basic authentication. */
  readonly name: string;
  /** Lower-case digits. */
  readonly passwordSha256: string;
  /** Where the password was read; undefined where the configuration has its hash. */
  readonly passwordFile?: string | undefined;
}

/** A configuration with what its files hold. */
export interface LoadedConfig {
  /** The configuration; paths of files start at the current folder, as they are to be opened. */
  readonly config: ExporterConfig;
  /** Certificate and key; undefined for plain HTTP. */
  readonly tls: TlsIdentity | undefined;
  /** Users who may scrape; none means everybody. */
  readonly users: readonly KnownUser[];
}

/**
 * Reads a configuration in YAML, or in JSON where the name ends in `.json`, and the certificate and passwords that it names.
 *
 * @param former the one in use: what its files held stays in use where only root may read them
 * @throws {UsageError} It cannot be read or used.
 */
export async function loadConfigFile(
  path: string,
  system: Pick<System, "readBytes">,
  former?: LoadedConfig,
): Promise<LoadedConfig> {
  const text = await readShortFile(path, MAX_CONFIG_BYTES, system);
  try {
    const config = inFolder(readConfig(parseText(text, path)), path);
    checkPlans(config);
    return await loadSecrets(config, system, former);
  } catch (error) {
    const isExpected = error instanceof ConfigError || error instanceof UsageError ||
      error instanceof SyntaxError || error instanceof Error && error.name === "PlanError";
    if (!isExpected) throw error;
    // A parser's message may quote several lines.
    throw new UsageError(`Cannot use ${shortText(path)}: ${error.message.split("\n", 1)[0]}`);
  }
}

function parseText(text: string, path: string): unknown {
  return path.endsWith(".json") ? JSON.parse(text) : parse(text, { schema: "core" });
}

/** Paths of a configuration count from its own folder. */
function inFolder(config: ExporterConfig, path: string): ExporterConfig {
  const folder = path.replace(/[^/]*$/, "");
  const resolve = (file: string) => file.startsWith("/") || file === "-" ? file : folder + file;
  return {
    ...config,
    tls: config.tls && {
      certificate: resolve(config.tls.certificate),
      key: resolve(config.tls.key),
    },
    users: config.users.map(({ passwordFile, ...user }) => ({
      ...user,
      passwordFile: passwordFile && resolve(passwordFile),
    })),
    groups: config.groups.map((group) => ({
      ...group,
      files: group.files.map(resolve),
      excludeFiles: group.excludeFiles.map(resolve),
    })),
  };
}

/** Finds what is wrong with intervals and interfaces before anything is opened. */
function checkPlans({ groups, probe }: ExporterConfig): void {
  for (const group of groups) {
    readEgress(group.source);
    planGroup(group);
  }
  for (const module of probe.modules.values()) {
    readEgress(module.source);
    planModule(module);
  }
}

async function loadSecrets(
  config: ExporterConfig,
  system: Pick<System, "readBytes">,
  former: LoadedConfig | undefined,
): Promise<LoadedConfig> {
  const read = (path: string) => readShortFile(path, MAX_SECRET_BYTES, system);
  const tls = config.tls && await loadTls(config.tls, read).catch((error) => {
    const isSame = JSON.stringify(config.tls) === JSON.stringify(former?.config.tls);
    if (!isSame || former?.tls === undefined) throw error;
    return former.tls;
  });
  const users = await Promise.all(config.users.map((user) => {
    const isKnown = ({ name, passwordFile }: KnownUser) =>
      name === user.name && passwordFile !== undefined && passwordFile === user.passwordFile;
    return loadUser(user, read).catch((error) => {
      const known = former?.users.find(isKnown);
      if (known === undefined) throw error;
      return known;
    });
  }));
  return { config, tls, users };
}

async function loadTls(
  { certificate, key }: TlsFiles,
  read: (path: string) => Promise<string>,
): Promise<TlsIdentity> {
  return { cert: await read(certificate), key: await read(key) };
}

async function loadUser(
  { name, passwordSha256, passwordFile }: ConfigUser,
  read: (path: string) => Promise<string>,
): Promise<KnownUser> {
  if (passwordSha256 !== undefined) return { name, passwordSha256 };
  const [password = ""] = (await read(passwordFile ?? "")).split(/\r?\n/, 1);
  if (password === "") throw new ConfigError(`basic_auth: ${passwordFile} has no password`);
  return { name, passwordSha256: await sha256(password), passwordFile };
}

/** SHA-256 of a text, hexadecimal. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
