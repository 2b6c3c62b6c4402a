/** IPv4 options in replies that our own kernel writes into before we see them. */

import { assertEquals } from "@std/assert";
import { VethPair } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

/**
 * Answers timestamp requests to any address with an option in the header that the receiver fills in, checksums
 * right. A packet socket: the kernel has no such host and answers nothing.
 */
const ANSWERER = `
import socket, struct, sys
options = bytes.fromhex(sys.argv[1])
def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total & 0xffff) + (total >> 16)
    return 0xffff - ((total & 0xffff) + (total >> 16))
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
link.bind(("veth0", 0))
print("ready", flush=True)
while True:
    frame = link.recv(2048)
    header, message = frame[14:34], bytearray(frame[34:54])
    if header[9] != 1 or message[0] != 13:
        continue
    message[0] = 14
    message = message[:8] + frame[42:46] + struct.pack("!II", 43200000, 43200000)
    message[2:4] = b"\\0\\0"
    message[2:4] = struct.pack("!H", checksum(bytes(message)))
    length = 20 + len(options)
    reply = bytearray(struct.pack("!BBHHHBBH4s4s", 0x40 + length // 4, 0, length + 20, 7, 0, 64, 1, 0,
                                  header[16:20], header[12:16]) + options)
    reply[10:12] = struct.pack("!H", checksum(bytes(reply)))
    link.send(frame[6:12] + frame[0:6] + b"\\x08\\x00" + bytes(reply) + bytes(message))
`;

/** An option with room for one more entry, which the receiving kernel fills in; as hexadecimal octets. */
const OPTIONS: Readonly<Record<string, string>> = {
  "record route": "070b04" + "00".repeat(8) + "00",
  "record route, the last place": "070708" + "0a4d0009" + "00",
  "record route, half filled in": "070b08" + "0a4d0009" + "00000000" + "00",
  "timestamps": "440c0500" + "00".repeat(8),
  "timestamps with addresses": "440c0501" + "00".repeat(8),
  "timestamps, full, which counts the overflow": "44080900" + "0a4d0009",
};

systemTest({
  name: "ping: an option that our own kernel fills in is no wrong header checksum",
  tools: ["python3", "ip"],
  namespaces: true,
}, async () => {
  for (const [what, options] of Object.entries(OPTIONS)) {
    await using pair = await VethPair.open();
    const { stdout } = await pair.far.mustRun(["cat", "/sys/class/net/veth0/address"]);
    await pair.near.ip(`neigh add 10.77.0.9 lladdr ${stdout.trim()} dev veth0`);
    await using answerer = pair.far.spawn(["python3", "-c", ANSWERER, options]);
    await answerer.output(/ready/);
    const argv = SOURCE_PROGRAM.argv(
      "ping",
      "--json",
      "-c",
      "2",
      "-i",
      "50ms",
      "-W",
      "30s",
      "10.77.0.9",
    );
    const { replies } = readRecords((await pair.near.run(argv)).stdout);
    assertEquals([what, replies.length], [what, 2]);
    for (const { flags } of replies) {
      assertEquals([what, flags.includes("ip-options")], [what, true]);
      assertEquals([what, flags.includes("bad-ip-checksum")], [what, false]);
    }
  }
});
