/**
 * A chain of seven namespaces: this side, five routers, and the host's side, which owns a block, so that each test case has a
 * host of its own there. Router 3 has a twin beside it, for paths that split.
 *
 * ```text
 *             .-- twin --.
 *  near -- 1 -- 2 -- 3 -- 4 -- 5 -- far (10.99.6.2, owns 10.99.7.0/24)
 * ```
 *
 * The link from i - 1 to i is 10.99.i.0/24, with .1 at the near end and .2 at the far one. The far side has a second cable
 * straight to the near one, 10.98.0.0/24, which no route uses.
 */

import { Namespace } from "./namespace.ts";

/** Number of the host's side in the chain. */
export const FAR = 6;
const ROUTERS = FAR - 1;

/** The namespaces, from near to far. */
export class TraceChain implements AsyncDisposable {
  /** By distance from the near side, which is 0. */
  readonly nodes: readonly Namespace[];
  /** The other way from router 2 to router 4. */
  readonly twin: Namespace;

  private constructor(nodes: readonly Namespace[], twin: Namespace) {
    this.nodes = nodes;
    this.twin = twin;
  }

  /** Makes all, with routers that report each expired datagram. */
  static async open(): Promise<TraceChain> {
    const spaces: Namespace[] = [];
    try {
      while (spaces.length < FAR + 2) spaces.push(await Namespace.open());
      const chain = new TraceChain(spaces.slice(0, FAR + 1), spaces[FAR + 1] as Namespace);
      await chain.#connect();
      return chain;
    } catch (error) {
      for (const space of spaces) await space.close();
      throw error;
    }
  }

  /** The namespace at that distance. */
  node(distance: number): Namespace {
    return this.nodes[distance] as Namespace;
  }

  /** Removes all. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const space of [...this.nodes, this.twin]) await space.close();
  }

  async #connect(): Promise<void> {
    for (let i = 1; i <= FAR; i++) {
      await this.#cable(this.node(i - 1), this.node(i), `10.99.${i}`, `r${i - 1}`, `l${i}`);
    }
    await this.#cable(this.node(2), this.twin, "10.97.1", "t2", "near");
    await this.#cable(this.twin, this.node(4), "10.97.2", "far", "t4");
    await this.#cable(this.node(0), this.node(FAR), "10.98.0", "short0", "short6");
    for (const [i, node] of this.nodes.entries()) {
      const links = Array.from({ length: FAR }, (_, link) => link + 1);
      const away = links.filter((link) => link > i + 1)
        .map((link) => `route add 10.99.${link}.0/24 via 10.99.${i + 1}.2`);
      const back = links.filter((link) => link < i)
        .map((link) => `route add 10.99.${link}.0/24 via 10.99.${i}.1`);
      const block = i === FAR
        ? "route add local 10.99.7.0/24 dev lo"
        : `route add 10.99.7.0/24 via 10.99.${i + 1}.2`;
      await node.ip(...away, ...back, block);
    }
    await this.twin.ip(
      "route add 10.99.1.0/24 via 10.97.1.1",
      "route add 10.99.7.0/24 via 10.97.2.2",
    );
    for (const router of [...this.nodes.slice(1, ROUTERS + 1), this.twin]) {
      await router.mustRun([
        "sh",
        "-c",
        // Not icmp_ratelimit 0: that empties the budget which errors of routes share.
        "cd /proc/sys/net/ipv4; echo 1 > ip_forward; echo 0 > icmp_ratemask; " +
        "echo 10000 > icmp_msgs_per_sec; echo 10000 > icmp_msgs_burst; " +
        "for d in conf/*/send_redirects conf/*/rp_filter; do echo 0 > $d; done",
      ]);
    }
  }

  async #cable(
    near: Namespace,
    far: Namespace,
    prefix: string,
    nearDevice: string,
    farDevice: string,
  ): Promise<void> {
    await near.ip(
      `link add ${nearDevice} type veth peer name ${farDevice} netns ${far.name}`,
      `addr add ${prefix}.1/24 dev ${nearDevice}`,
      `link set ${nearDevice} up`,
    );
    await far.ip(`addr add ${prefix}.2/24 dev ${farDevice}`, `link set ${farDevice} up`);
  }
}
