/**
 * How fast `decode` reads a capture, and how much memory it takes.
 *
 * `deno run -A bench/decode.ts [PACKETS] [HOSTS]` reads a pcap file in three forms. Half of the packets are requests, of that
 * many hosts in turn; the other half their replies. Prints a line of JSON for each form: packets a second, also of processor
 * time, which a busy machine changes less, and the largest resident size in MiB (getrusage(2), ru_maxrss).
 *
 * `deno run -A bench/decode.ts memory [PACKETS…]` makes captures of these lengths, by default one million and ten million
 * packets, hands them over while they are made, and prints the largest resident size for each: of such exchanges, and of
 * requests that are never answered, to one host with the same numbers, to a new host each, or of a new client each.
 */

import { SOURCE_PROGRAM } from "../tests/support/program.ts";
import { writeHeader, writeTimestampReply, writeTimestampRequest } from "../tests/lab/packet.ts";
import { runTool, say, ToolError } from "../tools/output.ts";

const FIRST_HOST = 0xc6120001;
const CLIENT = 0xc0000201;
const RECORD_BYTES = 16 + 40;
/** 200,000 packets a second, as the capture shows it. */
const STEP_NS = 5000;
const START_S = 1_795_737_600;
const BATCH = 10_000;
/** Odd, so that a number times it modulo 2^32 is each number once. */
const SPREAD = 2_654_435_761;

/** What is asked, and by which host: addresses and sequence number of a packet. */
interface Exchange {
  readonly client: number;
  readonly host: number;
  readonly sequence: number;
  readonly isReply: boolean;
}

type Shape = (number: number) => Exchange;

function askInTurn(hosts: number): Shape {
  return (number) => {
    const pair = number >>> 1;
    const sequence = Math.floor(pair / hosts) & 0xffff;
    return {
      ...{ client: CLIENT, host: FIRST_HOST + pair % hosts, sequence },
      isReply: number % 2 === 1,
    };
  };
}

const spread = (number: number): number => Math.imul(number, SPREAD) >>> 0;
const REQUEST = { client: CLIENT, host: FIRST_HOST, sequence: 1, isReply: false } as const;

const SHAPES: Readonly<Record<string, Shape>> = {
  "1000 hosts that answer": askInTurn(1000),
  "the same request": () => REQUEST,
  "a new host for each request": (number) => ({ ...REQUEST, host: spread(number) }),
  "a new client for each request": (number) => ({ ...REQUEST, client: spread(number) }),
};

/** Pieces of a pcap file with nanoseconds and link type raw IP. */
function* makeCapture(packets: number, shape: Shape): Generator<Uint8Array<ArrayBuffer>> {
  const head = new DataView(new ArrayBuffer(24));
  [[0, 0xa1b23c4d], [16, 262_144], [20, 101]].forEach(([at, value]) =>
    head.setUint32(at as number, value as number, true)
  );
  head.setUint16(4, 2, true);
  head.setUint16(6, 4, true);
  yield new Uint8Array(head.buffer);
  for (let first = 0; first < packets; first += BATCH) {
    const count = Math.min(BATCH, packets - first);
    const bytes = new Uint8Array(count * RECORD_BYTES);
    for (let i = 0; i < count; i++) {
      const at = i * RECORD_BYTES;
      writePacket(bytes.subarray(at, at + RECORD_BYTES), first + i, shape(first + i));
    }
    yield bytes;
  }
}

function writePacket(record: Uint8Array, number: number, exchange: Exchange): void {
  const { client, host, sequence, isReply } = exchange;
  const view = new DataView(record.buffer, record.byteOffset);
  const ns = number * STEP_NS;
  view.setUint32(0, START_S + Math.floor(ns / 1e9), true);
  view.setUint32(4, ns % 1e9, true);
  view.setUint32(8, 40, true);
  view.setUint32(12, 40, true);
  const datagram = record.subarray(16);
  const ms = Math.floor(ns / 1e6) % 86_400_000;
  if (isReply) writeTimestampReply(datagram, 20, 7, sequence, 0, ms, ms);
  else writeTimestampRequest(datagram, 20, 7, sequence);
  const [source, destination] = isReply ? [host, client] : [client, host];
  writeHeader(datagram, 20, 40, 0, number & 0xffff, isReply ? 60 : 64, source, destination);
}

/** What a run of `decode` took. */
interface Usage {
  readonly largestMib: number;
  readonly processorS: number;
}

/** The records are read and thrown away. */
const MEASURE = `
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
`;

/** Runs `decode`, on a file or on what is handed to its standard input. */
async function decode(
  words: readonly string[],
  input?: Iterable<Uint8Array<ArrayBuffer>>,
): Promise<Usage> {
  const child = new Deno.Command("/usr/bin/python3", {
    args: ["-c", MEASURE, ...SOURCE_PROGRAM.argv("decode", ...words)],
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
  }).spawn();
  if (input !== undefined) await ReadableStream.from(input).pipeTo(child.stdin);
  const { stdout } = await child.output();
  const [code, kib = NaN, processorS = NaN] = new TextDecoder().decode(stdout).trim().split(" ")
    .map(Number);
  if (code !== 0) throw new ToolError(`Cannot decode: exit code ${code}`);
  return { largestMib: Math.round(kib / 1024), processorS };
}

async function measureSpeed(packets: number, hosts: number): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    await Deno.writeFile(path, ReadableStream.from(makeCapture(packets, askInTurn(hosts))));
    for (const words of [["--json", "--packets"], ["--json"], ["-q"]]) {
      const started = performance.now();
      const { largestMib, processorS } = await decode([...words, path]);
      const seconds = (performance.now() - started) / 1000;
      say(JSON.stringify({
        options: words.join(" "),
        ...{ packets, hosts },
        packets_per_second: Math.round(packets / seconds),
        packets_per_processor_second: Math.round(packets / processorS),
        largest_mib: largestMib,
      }));
    }
  } finally {
    await Deno.remove(path);
  }
}

async function measureMemory(lengths: readonly number[]): Promise<void> {
  for (const [name, shape] of Object.entries(SHAPES)) {
    for (const words of [["--json"], ["--json", "--clock"]]) {
      for (const packets of lengths) {
        const { largestMib, processorS } = await decode(
          [...words, "-"],
          makeCapture(packets, shape),
        );
        say(JSON.stringify({
          ...{ capture: name, options: words.join(" "), packets },
          packets_per_processor_second: Math.round(packets / processorS),
          largest_mib: largestMib,
        }));
      }
    }
  }
}

async function main(): Promise<void> {
  const [first, ...rest] = Deno.args;
  if (first === "memory") {
    return await measureMemory(rest.length === 0 ? [1_000_000, 10_000_000] : rest.map(Number));
  }
  const [packets = 1_000_000, hosts = 1000] = Deno.args.map(Number);
  await measureSpeed(packets, hosts);
}

if (import.meta.main) await runTool(main);
