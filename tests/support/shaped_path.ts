/** A path of three hosts with a slow link in one direction, and a load that fills the queue before it. */

import type { RunningCommand } from "./command.ts";
import { Namespace } from "./namespace.ts";

/** Address of the far host, as {@linkcode ShapedPath} has it. */
const FAR = "10.78.2.2";
const NEAR = "10.78.1.1";
/** 1 Mbit a second; the queue before it holds a fifth of a second. */
const SHAPER = ["tbf", "rate", "1mbit", "burst", "3000", "limit", "25000"];

/** Bursts of datagrams to the discard port: a busy machine that wakes it late still gets all of them. */
const SENDER = `
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    for _ in range(9):
        try:
            s.sendto(bytes(1400), (sys.argv[1], 9))
        except OSError:
            pass
    time.sleep(0.025)
`;

/** Near, router and far, each with a kernel of its own; needs `tc`, `ping` and `python3`. */
export class ShapedPath implements AsyncDisposable {
  /** Where the program under test runs. */
  readonly near: Namespace;
  /** Address of the host at the other end. */
  readonly farAddress = FAR;
  readonly #router: Namespace;
  readonly #far: Namespace;
  readonly #slow: "out" | "back" | "near";

  private constructor(
    hosts: readonly [Namespace, Namespace, Namespace],
    slow: "out" | "back" | "near",
  ) {
    [this.near, this.#router, this.#far] = hosts;
    this.#slow = slow;
  }

  /**
   * Opens the path.
   *
   * @param slow where the slow link is: behind the router on the way out, behind it on the way back, or at the near host
   */
  static async open(slow: "out" | "back" | "near"): Promise<ShapedPath> {
    const near = await Namespace.open();
    const router = await Namespace.open();
    const far = await Namespace.open();
    const path = new ShapedPath([near, router, far], slow);
    try {
      await connect(near, router, "10.78.1", "out");
      await connect(router, far, "10.78.2", "far");
      await near.ip("route add default via 10.78.1.2");
      await far.ip("route add default via 10.78.2.1");
      await router.sysctl("net/ipv4/ip_forward", "1");
      const [where, device] = slow === "near"
        ? [near, "out"] as const
        : slow === "out"
        ? [router, "far"] as const
        : [router, "out"] as const;
      await near.mustRun(["ping", "-c", "1", FAR]);
      await where.mustRun(["tc", "qdisc", "add", "dev", device, "root", ...SHAPER]);
    } catch (error) {
      await path[Symbol.asyncDispose]();
      throw error;
    }
    return path;
  }

  /** Sends four times what the link takes, in the direction of the slow link, until it is disposed. */
  load(): RunningCommand {
    const [from, to] = this.#slow === "back" ? [this.#far, NEAR] : [this.near, FAR];
    return from.spawn(["python3", "-c", SENDER, to], { timeoutMs: 60_000 });
  }

  /** Removes all. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of [this.near, this.#router, this.#far]) await each.close();
  }
}

/** Joins two hosts by a cable, named alike at both ends: `.1` and `.2` of a network. */
async function connect(one: Namespace, other: Namespace, network: string, device: string) {
  await one.ip(`link add ${device} type veth peer name ${device} netns ${other.name}`);
  for (const [host, number] of [[one, 1], [other, 2]] as const) {
    await host.ip(`addr add ${network}.${number}/24 dev ${device}`, `link set ${device} up`);
  }
}
