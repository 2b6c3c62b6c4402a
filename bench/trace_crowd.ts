/**
 * How long `trace` takes for many hosts at the end of a long path: `deno run --allow-all bench/trace_crowd.ts [HOSTS] [HOPS]`.
 *
 * The path is a chain of namespaces, the last of which owns a block. It is traced twice: by routers that report every
 * expired datagram, and by routers that limit their errors as Linux does (icmp(7)): six at once, then one a second for each
 * receiver. Needs root.
 */

import { Namespace } from "../tests/support/namespace.ts";
import { SOURCE_PROGRAM } from "../tests/support/program.ts";

const hosts = Number(Deno.args[0] ?? 50), hops = Number(Deno.args[1] ?? 30);
const DEFAULT_MASK = 6168;

const nodes: Namespace[] = [];
try {
  while (nodes.length <= hops) nodes.push(await Namespace.open());
  for (let i = 1; i <= hops; i++) await connect(i);
  for (const mask of [0, DEFAULT_MASK]) {
    for (const node of nodes.slice(1)) await node.sysctl("net/ipv4/icmp_ratemask", String(mask));
    await measure(mask === 0 ? "no limits" : "limits of Linux");
  }
} finally {
  for (const node of nodes) await node.close();
}

/** Joins node i - 1 and node i, and sets the routes of node i. */
async function connect(i: number): Promise<void> {
  const near = nodes[i - 1] as Namespace, node = nodes[i] as Namespace;
  await near.ip(
    `link add far type veth peer name near netns ${node.name}`,
    `addr add 10.200.${i}.1/24 dev far`,
    "link set far up",
    `route add 198.18.0.0/24 via 10.200.${i}.2`,
    ...Array.from(
      { length: hops - i },
      (_, k) => `route add 10.200.${i + 1 + k}.0/24 via 10.200.${i}.2`,
    ),
  );
  await node.ip(
    `addr add 10.200.${i}.2/24 dev near`,
    "link set near up",
    ...i === 1 ? [] : [`route add 10.200.1.0/24 via 10.200.${i}.1`],
    ...i === hops ? ["route add local 198.18.0.0/24 dev lo"] : [],
  );
  await node.sysctl("net/ipv4/ip_forward", "1");
}

async function measure(label: string): Promise<void> {
  const targets = Array.from({ length: hosts }, (_, i) => `198.18.0.${i + 1}`);
  const started = performance.now();
  const argv = SOURCE_PROGRAM.argv("trace", "--json", ...targets);
  const { stdout } = await (nodes[0] as Namespace).run(argv, { timeoutMs: 120_000 });
  const seconds = (performance.now() - started) / 1e3;
  const records = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const found = records.filter(({ type, hop_address: it }) => type === "hop" && it !== undefined);
  const answering = records.filter(({ finding }) => finding === "answers");
  const end = records.at(-1);
  // deno-lint-ignore no-console -- a benchmark prints
  console.log(
    `${label}: ${hosts} hosts, ${hops} hops: ${
      seconds.toFixed(2)
    } s, ${answering.length} answer both, ` +
      `${found.length} of ${hosts * hops} hops shown, ${end.sent} probes, ${
        end.duration_s.toFixed(2)
      } s of them`,
  );
}
