/** Asks tshark, a judge that shares no code with us, what packets say. */

import { mustRun } from "./command.ts";
import { emitPcap } from "./pcap.ts";

/** What tshark says of one packet. */
export interface Dissection {
  /** First occurrence of each field that was asked for; empty when the packet has none. */
  readonly fields: ReadonlyMap<string, string>;
  /** Its complaints at level warning or error. */
  readonly complaints: readonly string[];
}

/** The least severity that counts as a complaint: PI_WARN of Wireshark's proto.h. */
const WARNING = 0x00600000;

/** Dissects datagrams, verifying checksums. */
export async function dissect(
  datagrams: readonly Uint8Array[],
  names: readonly string[],
): Promise<Dissection[]> {
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    await Deno.writeFile(path, emitPcap(datagrams));
    const dissections = await dissectCapture(path, names);
    if (dissections.length !== datagrams.length) {
      throw new Error(`Cannot match ${dissections.length} lines with ${datagrams.length} packets`);
    }
    return dissections;
  } finally {
    await Deno.remove(path);
  }
}

/** Dissects the packets of a capture file, verifying checksums. */
export async function dissectCapture(
  path: string,
  names: readonly string[],
): Promise<Dissection[]> {
  const experts = ["_ws.expert.severity", "_ws.expert.message"];
  const { stdout } = await mustRun([
    ...["tshark", "-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-T", "fields"],
    ...["-E", "separator=/t", "-E", "aggregator=|", "-E", "occurrence=a"],
    ...[...names, ...experts].flatMap((name) => ["-e", name]),
  ]);
  return stdout.split("\n").slice(0, -1).map((line) => readLine(line, names));
}

function readLine(line: string, names: readonly string[]): Dissection {
  const columns = line.split("\t");
  const first = names.map((name, index): [string, string] => {
    return [name, columns[index]?.split("|")[0] ?? ""];
  });
  const severities = columns[names.length]?.split("|") ?? [];
  const messages = columns[names.length + 1]?.split("|") ?? [];
  const complaints = messages.filter((_, index) => Number(severities[index]) >= WARNING);
  return { fields: new Map(first), complaints };
}
