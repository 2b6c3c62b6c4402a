/**
 * Processor time of one probe on the raw socket: send, transmit stamp and reply, over loopback, in batches.
 *
 * Run as root, in a network namespace of its own so that nothing else answers:
 * `unshare -n sh -c 'ip link set lo up; deno run --allow-all bench/raw_socket_bench.ts'`
 *
 * The kernel's share (it also answers the probes on this processor) is told apart from the program's.
 */

import { RawSocket, type RawSocketOptions } from "../ffi/mod.ts";
import { buildRequest } from "../tests/support/request_bytes.ts";
import { say } from "../tools/output.ts";
import { readProcessorTime } from "./processor_time.ts";

const LOOPBACK = 0x7f000001;
const ROUNDS = 3_000;

async function measure(name: string, slots: number, options: RawSocketOptions): Promise<void> {
  using socket = RawSocket.open({ ...options, batchSlots: slots });
  const datagrams = Array.from({ length: slots }, (_, key) => ({
    destination: LOOPBACK,
    bytes: buildRequest(LOOPBACK, key),
    key,
  }));
  let received = 0;
  let stamps = 0;
  const round = async () => {
    socket.send(datagrams);
    await socket.wait(5);
    stamps += socket.receiveTransmitStamps().length;
    for (let batch = socket.receive(); batch.length > 0; batch = socket.receive()) {
      received += batch.length;
    }
  };
  for (let index = 0; index < 500; index++) await round();
  received = stamps = 0;
  const rounds = Math.ceil(ROUNDS / Math.sqrt(slots));
  const before = readProcessorTime();
  for (let index = 0; index < rounds; index++) await round();
  const after = readProcessorTime();
  const probes = rounds * slots;
  const user = ((after.userUs - before.userUs) / probes).toFixed(2);
  const system = ((after.systemUs - before.systemUs) / probes).toFixed(2);
  say(
    `${name} × ${slots}: ${user} µs program + ${system} µs kernel a probe; ` +
      `${received} replies and ${stamps} stamps of ${probes}`,
  );
}

for (const slots of [1, 8, 64, 256]) {
  await measure("kernel stamps, keys in messages", slots, { transmitKeys: "message" });
  await measure("kernel stamps, keys counted    ", slots, { transmitKeys: "count" });
  await measure("user stamps                    ", slots, { kernelStamps: false });
}
