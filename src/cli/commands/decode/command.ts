/** `icmptime decode`: from numbers, octets and captures to what they say. */

import { readNumber } from "../../../measurement/number_reading.ts";
import { annotateFrame } from "../../../packet/capture/annotate_frame.ts";
import type { CapturedPacket } from "../../../packet/capture/captured_packet.ts";
import { guessStart } from "../../../packet/capture/guess_link_type.ts";
import { formatAnnotated, parseDatagram, parseIcmpMessage } from "../../../packet/mod.ts";
import { CapturePrinter, formatContent } from "../../../report/capture_printer.ts";
import { STAMP_FIELDS, type StampEvent } from "../../../record/stamp_record.ts";
import { jsonFormatter } from "../../../record/field.ts";
import { selectFields } from "../../../record/select_fields.ts";
import { isClosedPipe, LineSink } from "../../../terminal/line_sink.ts";
import { formatNumberReadings } from "../../../report/number_text.ts";
import type { CommandLine } from "../../options/option.ts";
import { checkFields } from "../../options/check_fields.ts";
import { ExitCode, printError, UsageError } from "../../outcome.ts";
import { printOutputError } from "../../output/output_file.ts";
import { decodeCapture } from "./capture.ts";
import type { Decoding } from "./decoding.ts";
import { type DecodeInput, fromHex, parseNumber, readFile, SourceError } from "./input.ts";
import type { DECODE_OPTIONS } from "./options.ts";
import { parseHexText } from "../../../packet/hex_text.ts";
import type { System } from "../../system.ts";

/**
 * Runs `decode` and returns the exit code: 0, 1 when something was broken, 4 when the output cannot be written.
 *
 * @throws {UsageError} The command line is wrong, or a word is nothing that can be decoded.
 */
export async function runDecode(
  { options, operands }: CommandLine<typeof DECODE_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  if (operands.length === 0) {
    throw new UsageError("Nothing to decode: expected a number, hexadecimal digits, a file or -");
  }
  const json = options.json || options.format === "json";
  const format = json ? "json" : "text";
  await checkFields({ ...options, command: "decode", format });
  let failure: ExitCode | undefined;
  let isClosed = false;
  const sink = new LineSink(system.stdout, (error) => {
    isClosed = true;
    printOutputError(error, system);
    if (!isClosedPipe(error)) failure = ExitCode.System;
  });
  const decoding: Decoding = {
    system,
    sink,
    json,
    options,
    atUnixMs: options.at,
    isClosed: () => isClosed,
  };
  let code: ExitCode = ExitCode.Ok;
  for await (const { name, input } of inputsOf(operands, system)) {
    if (isClosed) break;
    if (!(await decode(input, name, decoding))) code = ExitCode.Unanswered;
  }
  await sink.drain();
  return failure ?? code;
}

interface NamedInput {
  /** What to call it in messages. */
  readonly name: string;
  readonly input: DecodeInput;
}

async function* inputsOf(operands: readonly string[], system: System): AsyncGenerator<NamedInput> {
  if (operands.length > 1 && operands.every((word) => /^(?:0x)?[0-9a-f]{1,8},?$/i.test(word))) {
    const isList = operands.every((word) => parseNumber(word) !== undefined) &&
      operands.some((word) => !/^(?:0x)?[0-9a-f]{2},?$/i.test(word));
    // `decode 45 00 00 28 …`: octets that the shell has separated.
    if (!isList) {
      yield { name: "the digits", input: orUsageError(operands.join(" ")) };
      return;
    }
  }
  for (const word of operands) {
    const number = parseNumber(word);
    if (number !== undefined) {
      yield { name: word, input: { kind: "number", number } };
      continue;
    }
    const name = word === "-" ? "standard input" : word;
    for (const input of await read(word, system)) yield { name, input };
  }
}

/** Reads a file; a word that names none is digits. */
async function read(word: string, system: System): Promise<DecodeInput[]> {
  try {
    return await readFile(system.readBytes(word));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return [error.isMissing ? orUsageError(word) : { kind: "unreadable", reason: error.message }];
  }
}

function orUsageError(text: string): DecodeInput {
  const hex = parseHexText(text);
  if (hex.ok) return fromHex(hex);
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  throw new UsageError(
    `Cannot decode ${shown}: ${hex.reason}, and no such file; ` +
      "expected a number, hexadecimal digits, a file or -",
  );
}

/** Returns false where something was broken. */
async function decode(input: DecodeInput, name: string, decoding: Decoding): Promise<boolean> {
  switch (input.kind) {
    case "number":
      return decodeNumber(input.number, decoding);
    case "packets":
      return decodePackets(input.packets, decoding);
    case "capture":
      return await decodeCapture(input, name, decoding);
    case "unreadable":
      printError(decoding.system, `Cannot decode ${name}: ${input.reason}`);
      return false;
  }
}

function decodeNumber(
  number: number,
  { sink, json, options, atUnixMs = Date.now() }: Decoding,
): boolean {
  const readings = readNumber(number, atUnixMs);
  if (json) {
    const format = jsonFormatter<StampEvent>("stamp", selectFields(STAMP_FIELDS, options.fields));
    readings.forEach((reading, index) =>
      sink.line(format({ number, atUnixMs, rank: index + 1, reading }))
    );
  } else sink.line(`${formatNumberReadings(number, readings, atUnixMs)}\n`);
  return true;
}

function decodePackets(packets: readonly Uint8Array[], decoding: Decoding): boolean {
  const { sink, json } = decoding;
  const printer = new CapturePrinter(sink, json, decoding.options.fields);
  let isWhole = true;
  for (const [index, bytes] of packets.entries()) {
    const { kind, offset, linkType } = guessStart(bytes);
    const content = parseStart(bytes, kind, offset);
    isWhole &&= content.ok;
    if (json) {
      const packet = undated(index + 1, linkType, bytes, decoding.atUnixMs);
      printer.packet({ packet, content, decodedAtUnixMs: Date.now() });
      continue;
    }
    sink.line(formatContent(content));
    sink.line(`${formatAnnotated(annotateFrame(linkType, bytes, offset, kind))}\n`);
  }
  return isWhole;
}

/** A bare ICMP message is read behind a header that says nothing. */
function parseStart(bytes: Uint8Array, kind: "ipv4" | "icmp", offset: number) {
  if (kind === "ipv4") return parseDatagram(bytes.subarray(offset));
  const message = parseIcmpMessage(bytes);
  return message.ok ? { ok: true as const, value: { message: message.value } } : message;
}

function undated(
  frame: number,
  linkType: number,
  bytes: Uint8Array,
  atUnixMs: number | undefined,
): CapturedPacket {
  const unixSeconds = atUnixMs === undefined ? NaN : Math.floor(atUnixMs / 1000);
  const nanoseconds = atUnixMs === undefined ? 0 : Math.round((atUnixMs / 1000 % 1) * 1e9);
  return {
    ...{ frame, linkType, bytes, unixSeconds, nanoseconds },
    ...{ originalLengthBytes: bytes.length, direction: undefined, comment: undefined },
  };
}
