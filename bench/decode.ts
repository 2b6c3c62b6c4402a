/**
 * `deno run -A bench/decode.ts [PACKETS] [HOSTS]`: how fast `decode --json` reads a pcap file, and how much memory it
 * takes. Half of the packets are requests, of that many hosts in turn; the other half their replies.
 *
 * Prints a line of JSON for each form: packets a second, also of processor time, which a busy machine does not change, and the largest resident size in MiB (getrusage(2), ru_maxrss).
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

/** Writes a pcap file with nanoseconds and link type raw IP. */
function writeFile(path: string, packets: number, hosts: number): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const head = new DataView(new ArrayBuffer(24));
  [[0, 0xa1b23c4d], [16, 262_144], [20, 101]].forEach(([at, value]) =>
    head.setUint32(at as number, value as number, true)
  );
  head.setUint16(4, 2, true);
  head.setUint16(6, 4, true);
  file.writeSync(new Uint8Array(head.buffer));
  for (let first = 0; first < packets; first += BATCH) {
    const count = Math.min(BATCH, packets - first);
    const bytes = new Uint8Array(count * RECORD_BYTES);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++) {
      const number = first + i, at = i * RECORD_BYTES;
      const ns = number * STEP_NS;
      view.setUint32(at, START_S + Math.floor(ns / 1e9), true);
      view.setUint32(at + 4, ns % 1e9, true);
      view.setUint32(at + 8, 40, true);
      view.setUint32(at + 12, 40, true);
      const pair = number >>> 1;
      const host = FIRST_HOST + pair % hosts, sequence = Math.floor(pair / hosts) & 0xffff;
      const datagram = bytes.subarray(at + 16, at + RECORD_BYTES);
      const ms = Math.floor(ns / 1e6) % 86_400_000;
      if (number % 2 === 0) {
        writeTimestampRequest(datagram, 20, 7, sequence);
        writeHeader(datagram, 20, 40, 0, 1, 64, CLIENT, host);
      } else {
        writeTimestampReply(datagram, 20, 7, sequence, 0, ms, ms);
        writeHeader(datagram, 20, 40, 0, 1, 60, host, CLIENT);
      }
    }
    file.writeSync(bytes);
  }
}

async function main(): Promise<void> {
  const [packets = 1_000_000, hosts = 1000] = Deno.args.map(Number);
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    writeFile(path, packets, hosts);
    for (const words of [["--json", "--packets"], ["--json"], ["-q"]]) {
      const started = performance.now();
      const argv = SOURCE_PROGRAM.argv("decode", ...words, path);
      // The records are read and thrown away.
      const script = `
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
`;
      const { stdout } = await new Deno.Command("/usr/bin/python3", {
        args: ["-c", script, ...argv],
        stderr: "inherit",
      }).output();
      const [code, kib, processor = NaN] = new TextDecoder().decode(stdout).trim().split(" ").map(
        Number,
      );
      if (code !== 0) throw new ToolError(`Cannot decode: exit code ${code}`);
      const seconds = (performance.now() - started) / 1000;
      say(JSON.stringify({
        options: words.join(" "),
        ...{ packets, hosts },
        packets_per_second: Math.round(packets / seconds),
        packets_per_processor_second: Math.round(packets / processor),
        largest_mib: Math.round((kib ?? 0) / 1024),
      }));
    }
  } finally {
    await Deno.remove(path);
  }
}

if (import.meta.main) await runTool(main);
