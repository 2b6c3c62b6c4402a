/** The earlier audit of `--compare`: the JSON Lines that `audit --json` wrote. */

import { parseAddress } from "../../../packet/address.ts";
import { SCHEMA_VERSION } from "../../../record/run_record.ts";
import { AuditComparison, type ComparedHost } from "../../../run/audit/comparison.ts";
import { shortText } from "../../../terminal/safe_text.ts";
import { readFileLines } from "../../files.ts";
import { UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";

const VERDICTS: ReadonlySet<unknown> = new Set([
  ...["right", "wrong", "unreadable", "silent", "icmp_error"],
]);
/** What a label may look like: an older version may have had others. */
const LABEL = /^[a-z0-9-]{1,40}$/;

/**
 * Reads the last audit of a file; undefined without one.
 *
 * @throws {UsageError} The file cannot be read, or is no output of `audit --json`.
 */
export async function readComparison(
  path: string | undefined,
  system: System,
): Promise<AuditComparison | undefined> {
  if (path === undefined) return undefined;
  const refuse = (why: string) => new UsageError(`Cannot compare with ${shortText(path)}: ${why}`);
  const hosts = new Map<number, ComparedHost>();
  let hasRun = false;
  for await (const { firstNumber, lines } of readFileLines(path, system)) {
    for (const [index, line] of lines.entries()) {
      if (line.trim() === "") continue;
      const number = firstNumber + index;
      const record = parseRecord(line);
      if (record === undefined) throw refuse(`line ${number} is no record of JSON Lines`);
      if (record["type"] === "run") {
        checkRun(record, refuse);
        hasRun = true;
        hosts.clear();
      }
      if (record["type"] !== "host") continue;
      const host = readHost(record);
      if (host === undefined) {
        throw refuse(`line ${number} has not the address, verdict and labels of a host`);
      }
      hosts.set(host.address, host);
    }
  }
  if (!hasRun) throw refuse("it has no run record, expected the output of icmptime audit --json");
  return new AuditComparison(hosts);
}

type Json = Readonly<Record<string, unknown>>;

function parseRecord(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "type" in value
      ? { ...value }
      : undefined;
  } catch {
    return undefined;
  }
}

function checkRun(
  { command, schema_version: version }: Json,
  refuse: (why: string) => Error,
): void {
  if (command !== "audit") {
    const shown = typeof command === "string" ? shortText(command) : "another program";
    throw refuse(`it is of ${shown}, expected the output of icmptime audit --json`);
  }
  if (version === SCHEMA_VERSION) return;
  throw refuse(`its schema_version is not ${SCHEMA_VERSION}, expected an audit of this version`);
}

function readHost(
  { address: text, verdict, labels }: Json,
): (ComparedHost & { readonly address: number }) | undefined {
  const address = typeof text === "string" ? parseAddress(text) : undefined;
  if (address === undefined || !VERDICTS.has(verdict) || !Array.isArray(labels)) return undefined;
  if (!labels.every((label) => typeof label === "string" && LABEL.test(label))) return undefined;
  return { address, labels, verdict: verdict as ComparedHost["verdict"] };
}
