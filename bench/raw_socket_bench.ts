/**
 * Processor time of one probe on the raw socket: send, transmit stamp and reply, over loopback, in batches.
 *
 * `deno run --allow-all bench/raw_socket_bench.ts` as root; it enters a network namespace of its own. The kernel's
 * share contains the other side, too: it answers the probes on the same processor. A C program that makes the same
 * calls needs about as much in all (8 µs in batches of 64, on a machine where this one needs 8 to 9).
 */

import { RawSocket, type RawSocketOptions } from "../ffi/mod.ts";
import { buildRequest } from "../tests/support/request_bytes.ts";
import { say } from "../tools/output.ts";
import { readProcessorTime } from "./processor_time.ts";

const LOOPBACK = 0x7f000001;
const ROUNDS = 3_000;
const INSIDE = "inside";

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
  const user = (after.userUs - before.userUs) / probes;
  const system = (after.systemUs - before.systemUs) / probes;
  say(
    `${name} × ${slots}: ${(user + system).toFixed(1)} µs a probe, ` +
      `of it ${user.toFixed(1)} µs in the program; ` +
      `${received} replies and ${stamps} stamps of ${probes}`,
  );
}

/** Runs this program again, in a network namespace with nothing but a loopback. */
async function enterNamespace(): Promise<void> {
  const script = 'ip link set lo up; exec "$@"';
  const self = [Deno.execPath(), "run", "--allow-all", new URL(import.meta.url).pathname, INSIDE];
  const args = ["-n", "sh", "-ec", script, "sh", ...self];
  const { code } = await new Deno.Command("unshare", { args }).spawn().status;
  if (code !== 0) throw new Error(`Cannot measure in a network namespace: exit code ${code}`);
}

if (Deno.args[0] === INSIDE) {
  for (const slots of [1, 8, 64, 256]) {
    await measure("kernel stamps by key    ", slots, { attribution: "key" });
    await measure("kernel stamps by content", slots, { attribution: "content" });
    await measure("user stamps             ", slots, { kernelStamps: false });
  }
} else {
  await enterNamespace();
}
