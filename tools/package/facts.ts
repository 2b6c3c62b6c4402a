/** What every package says about icmptime. */

import config from "../../deno.json" with { type: "json" };
import { capture, ToolError } from "../output.ts";
import { PROJECT_FOLDER } from "../project.ts";

/** Version of the program, as in deno.json. */
export const VERSION: string = config.version;

/** One line without article and full stop, as Debian and rpm want it. */
export const SUMMARY = "clocks and one-way delays of hosts, by ICMP Timestamp";

/** What a package is built from and dated by. */
export interface PackageFacts {
  /** Seconds since 1970 that every file of a package carries. */
  readonly epochSeconds: number;
  /** Name of who answers for the packages. */
  readonly name: string;
  /** Address for mail; undefined where nobody gave one. */
  readonly address: string | undefined;
}

/** Stands where a format demands an address and there is none: RFC 2606 keeps `.invalid` from ever being one. */
const NO_ADDRESS = "icmptime@packages.invalid";

/** `Name <address>`, as Debian demands it. */
export function debianContact({ name, address }: PackageFacts): string {
  return `${name} <${address ?? NO_ADDRESS}>`;
}

/** `Name <address>`, or the name alone, as rpm allows it. */
export function rpmContact({ name, address }: PackageFacts): string {
  return address === undefined ? name : `${name} <${address}>`;
}

/**
 * Reads the date and the name that packages carry. The date is SOURCE_DATE_EPOCH, or that of the last commit: the same
 * source gives the same octets. The name is Debian's DEBFULLNAME and DEBEMAIL.
 *
 * @throws {ToolError} SOURCE_DATE_EPOCH is no number, or there is neither it nor a commit
 */
export async function readFacts(): Promise<PackageFacts> {
  const name = Deno.env.get("DEBFULLNAME") || "icmptime contributors";
  const address = Deno.env.get("DEBEMAIL") || undefined;
  return { epochSeconds: await readEpoch(), name, address };
}

async function readEpoch(): Promise<number> {
  const given = Deno.env.get("SOURCE_DATE_EPOCH");
  if (given !== undefined) {
    if (!/^\d{1,10}$/.test(given)) {
      throw new ToolError(
        `Cannot date the packages: SOURCE_DATE_EPOCH is ${given}, expected seconds`,
      );
    }
    return Number(given);
  }
  const log = await capture(["git", "log", "-1", "--format=%ct"], { cwd: PROJECT_FOLDER });
  if (!log.success) {
    throw new ToolError("Cannot date the packages: no commit here, expected SOURCE_DATE_EPOCH");
  }
  return Number(log.stdout.trim());
}

/** Names of one target in the worlds of packages. */
export interface PackageTarget {
  /** Triple of `deno compile`. */
  readonly triple: string;
  /** Architecture of a .deb. */
  readonly debian: string;
  /** Architecture of an .rpm. */
  readonly rpm: string;
}

/** The targets that have a .deb and an .rpm. */
export const PACKAGE_TARGETS: readonly PackageTarget[] = [
  { triple: "x86_64-unknown-linux-gnu", debian: "amd64", rpm: "x86_64" },
  { triple: "aarch64-unknown-linux-gnu", debian: "arm64", rpm: "aarch64" },
];

/**
 * The newest version of glibc that a binary asks for, such as `2.27`.
 *
 * @throws {ToolError} readelf (binutils) is missing or does not understand the file
 */
export async function requiredGlibc(binary: string): Promise<string> {
  const { success, stdout, stderr } = await capture([
    "readelf",
    "--version-info",
    "--wide",
    binary,
  ]);
  const versions = [...stdout.matchAll(/GLIBC_(\d+)\.(\d+)/g)]
    .map(([, major, minor]) => [Number(major), Number(minor)] as const)
    .sort(([a, b], [c, d]) => a - c || b - d);
  const newest = versions.at(-1);
  if (!success || newest === undefined) {
    throw new ToolError(
      `Cannot read which glibc ${binary} needs: ${stderr.trim() || "no version"}`,
    );
  }
  return newest.join(".");
}
