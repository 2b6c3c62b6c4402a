/** Two namespaces and a cable for sweeps: blocks behind a gateway, some answering, some not. */

import { VethPair } from "../support/namespace.ts";

/** 131,072 addresses that all answer. */
export const ANSWERING = "198.18.0.0/15";
/** Addresses that swallow everything. */
export const SILENT = "11.0.0.0/8";
/** Addresses for which {@linkcode rejectUnreachable} makes the gateway send host unreachable. */
export const UNREACHABLE = "12.0.0.0/24";

/** Opens the pair: `near` sends everything to `far`, which is gateway and all hosts in one. */
export async function openScanNetwork(): Promise<VethPair> {
  const pair = await VethPair.open();
  try {
    await pair.near.ip(`route add default via ${pair.farAddress}`);
    await pair.far.ownBlock(ANSWERING);
    await pair.far.ip(`route add blackhole ${SILENT}`);
  } catch (error) {
    await pair[Symbol.asyncDispose]();
    throw error;
  }
  return pair;
}

/** Makes `far` answer for {@linkcode UNREACHABLE} with ICMP host unreachable, 1000 a second at most. Needs nft. */
export async function rejectUnreachable({ far }: VethPair): Promise<void> {
  await far.ip(
    "tuntap add dev tun0 mode tun",
    "link set tun0 up",
    `route add ${UNREACHABLE} dev tun0`,
  );
  await far.sysctl("net/ipv4/ip_forward", "1");
  // Linux sends ICMP errors sparingly, those of a route most of all; here each one counts.
  await far.sysctl("net/ipv4/icmp_ratelimit", "0");
  await far.nft(`table ip gateway { chain forward {
    type filter hook forward priority 0; ip daddr ${UNREACHABLE} reject with icmp type host-unreachable;
  }; }`);
}
