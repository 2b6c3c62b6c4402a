/** The watch of a scan's path, on a link that goes down and comes back between two looks. */

import { assert, assertEquals } from "@std/assert";
import { errnoNumber } from "../../ffi/posix/errno.ts";
import { openScanSockets } from "../../ffi/scan/sockets.ts";
import { PackedBlocks } from "../../src/targets/packed_blocks.ts";
import { systemTest } from "../support/tools.ts";
import { openScanNetwork } from "./scan_network.ts";

systemTest({
  name: "path watch: what the link refused is sent again, also where the path is found as it was",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  using _inside = pair.near.enter();
  const { watch, close } = await openScanSockets({
    blocks: PackedBlocks.from([{ first: 0x0a640000, last: 0x0a6400ff }]),
    rawSocket: false,
    senders: 1,
    template: () => new Uint8Array(40),
  });
  try {
    assert(watch !== undefined);
    assertEquals(await watch.renew(), { kind: "same" });
    // The link was down when it refused; at the next look it is up, with the same route and the same addresses.
    assert(watch.doubts(errnoNumber("ENETDOWN")));
    assertEquals(await watch.renew(), { kind: "moved" });
    assertEquals(await watch.renew(), { kind: "same" });
    // A destination is no reason to doubt the path.
    assertEquals(watch.doubts(errnoNumber("EHOSTUNREACH")), false);
  } finally {
    close();
  }
});
