/**
 * `deno task fuzz [--captures] [--seconds N] [--count N] [--seed N]`: random and damaged datagrams, or capture files and
 * hexadecimal text, through the parsers for as long as told, ten seconds unless told. No permissions are needed.
 *
 * Each input has its own seed, so an input that breaks something is one number, to be kept in
 * tests/property/regressions.json. Prints the inputs per second and a digest of all that was
 * parsed; two runs with the same seed and count must print the same digest. Ends with exit code 1 at the
 * first input that breaks something.
 */

import { parseArgs } from "@std/cli/parse-args";
import { annotateDatagram } from "../src/packet/annotate.ts";
import { type Datagram, emitDatagram, parseDatagram } from "../src/packet/datagram.ts";
import type { ParseResult } from "../src/packet/malformed.ts";
import { formatDatagram } from "../src/packet/one_line.ts";
import { randomDatagram } from "../tests/support/datagram_generator.ts";
import { Digest } from "../tests/support/digest.ts";
import { formatHex } from "../tests/support/hex.ts";
import { Random } from "../tests/lab/random.ts";
import { fuzzCaptures } from "./fuzz_captures.ts";
import { say, warn } from "./output.ts";

/** How long to go on; at least one of count and time. */
export interface FuzzOptions {
  /** Seed of the first input; input i has this seed + i, modulo 2^32. */
  readonly seed: number;
  /** Inputs to try. */
  readonly count: number;
  /** Milliseconds after which to stop even if inputs are left. */
  readonly timeLimitMs: number;
}

/** What a run saw. */
export interface FuzzReport {
  /** Inputs tried. */
  readonly inputs: number;
  /** Inputs that were parsed. */
  readonly accepted: number;
  /** Inputs that were refused, by the layer that refused them. */
  readonly refusedByLayer: ReadonlyMap<string, number>;
  /** Digest of all results, 8 hexadecimal digits. */
  readonly digest: string;
  /** How long it took. */
  readonly elapsedMs: number;
}

/** An input that broke something. */
export class FuzzFailure extends Error {
  /** Describes the input by its seed and octets. */
  constructor(seed: number, bytes: Uint8Array, trouble: string, options?: ErrorOptions) {
    super(`seed ${seed}: ${trouble}\noctets: ${formatHex(bytes)}`, options);
    this.name = "FuzzFailure";
  }
}

/** A buffer around the input, and the octet that fills the rest of it. */
interface Arena {
  readonly buffer: Uint8Array;
  readonly canary: number;
}

const ARENA_BYTES = 1024;
const INPUT_START = 256;
/** The printers are slower by far: they see one input in this many. */
const PRINT_EVERY = 64;
/** How often the clock is read. */
const CLOCK_EVERY = 1024;

/**
 * Runs. Each input is parsed amid two canary patterns and must give the same result; what is accepted must emit the octets it came from.
 *
 * @throws {FuzzFailure} An input broke something.
 */
export function fuzz(options: FuzzOptions): FuzzReport {
  const startMs = performance.now();
  // Two patterns: a parser that looks beyond its input sees a difference between them.
  const arenas = [openArena(0xa5), openArena(0x3c)] as const;
  const digest = new Digest();
  const refusedByLayer = new Map<string, number>();
  let accepted = 0;
  let inputs = 0;
  while (inputs < options.count) {
    const isClockDue = inputs % CLOCK_EVERY === 0;
    if (isClockDue && performance.now() - startMs >= options.timeLimitMs) break;
    const seed = (options.seed + inputs) >>> 0;
    const bytes = randomDatagram(new Random(seed));
    const result = tryInput(seed, bytes, arenas, digest);
    if (result.ok) accepted++;
    else {
      const { layer } = result.malformed;
      refusedByLayer.set(layer, (refusedByLayer.get(layer) ?? 0) + 1);
    }
    inputs++;
  }
  const elapsedMs = performance.now() - startMs;
  return { inputs, accepted, refusedByLayer, digest: digest.text, elapsedMs };
}

function openArena(canary: number): Arena {
  return { buffer: new Uint8Array(ARENA_BYTES), canary };
}

function tryInput(
  seed: number,
  bytes: Uint8Array,
  arenas: readonly [Arena, Arena],
  digest: Digest,
): ParseResult<Datagram> {
  try {
    const [result, other] = [parseAmid(arenas[0], bytes), parseAmid(arenas[1], bytes)];
    const value = digestOf(result);
    if (digestOf(other) !== value) {
      throw new Error("octets outside the input changed the result");
    }
    if (result.ok) requireSameOctets(result.value, bytes);
    if (seed % PRINT_EVERY === 0) print(bytes, result);
    digest.add(value);
    return result;
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    throw new FuzzFailure(seed, bytes, trouble, { cause: error });
  }
}

/** Parses the input as a part of a buffer that holds the arena's canary everywhere else. */
function parseAmid(arena: Arena, bytes: Uint8Array): ParseResult<Datagram> {
  const { buffer, canary } = arena;
  buffer.fill(canary);
  buffer.set(bytes, INPUT_START);
  return parseDatagram(buffer.subarray(INPUT_START, INPUT_START + bytes.length));
}

function digestOf(result: ParseResult<Datagram>): number {
  const digest = new Digest();
  digest.add(result);
  return digest.value;
}

function requireSameOctets(datagram: Datagram, bytes: Uint8Array): void {
  const emitted = emitDatagram(datagram);
  const same = emitted.length === datagram.header.totalLengthBytes &&
    emitted.every((octet, index) => octet === bytes[index]);
  if (!same) throw new Error(`emitted other octets: ${formatHex(emitted)}`);
}

function print(bytes: Uint8Array, result: ParseResult<Datagram>): void {
  annotateDatagram(bytes);
  if (result.ok) formatDatagram(result.value);
}

function formatReport(report: FuzzReport): string {
  const { inputs, accepted, refusedByLayer, digest, elapsedMs } = report;
  const perSecond = Math.round(inputs / elapsedMs * 1000);
  const refusals = [...refusedByLayer].sort().map(([layer, count]) => `${layer} ${count}`);
  return `${inputs} inputs in ${(elapsedMs / 1000).toFixed(1)} s, ${perSecond} a second\n` +
    `accepted ${accepted}, refused ${inputs - accepted} (${refusals.join(", ")})\n` +
    `digest ${digest}`;
}

/** Reads an option that is a number of at least 0. */
function readNumber(value: unknown, name: string, absent: number): number {
  if (value === undefined) return absent;
  const number = Number(value);
  if (value === "" || !Number.isFinite(number) || number < 0) {
    throw new RangeError(`Cannot read --${name} ${value}: a number of at least 0 is wanted`);
  }
  return number;
}

function main(args: readonly string[]): number {
  const parsed = parseArgs(args, { string: ["seconds", "count", "seed"], boolean: ["captures"] });
  try {
    const count = readNumber(parsed.count, "count", Infinity);
    const seconds = readNumber(
      parsed.seconds,
      "seconds",
      parsed.count === undefined ? 10 : Infinity,
    );
    const seed = readNumber(parsed.seed, "seed", 1);
    if (parsed.captures) {
      const found = fuzzCaptures({ seed, count, timeLimitMs: seconds * 1000 });
      say(
        `seed ${seed}\n${found.inputs} files of ${found.packets} packets and as many texts in ` +
          `${(found.elapsedMs / 1000).toFixed(1)} s`,
      );
      return 0;
    }
    const report = fuzz({ seed, count, timeLimitMs: seconds * 1000 });
    say(`seed ${seed}`);
    say(formatReport(report));
    return 0;
  } catch (error) {
    if (error instanceof FuzzFailure || error instanceof RangeError) {
      warn(error.message);
      return error instanceof FuzzFailure ? 1 : 3;
    }
    throw error;
  }
}

if (import.meta.main) Deno.exitCode = main(Deno.args);
