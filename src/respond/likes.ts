/** Hosts that treat messages as known systems do: the table of signatures by which `audit` finds a likely system, read backwards. */

import { type Signature, SIGNATURES, type Traits } from "../behaviour/signature.ts";
import type { BehaviourChange } from "./scenario.ts";

const LONG = { cut: "cut", echoed: "return", none: "silent", unknown: undefined } as const;

/** A system as it comes, where that differs from what its signature describes. */
const AS_IT_COMES: Readonly<Record<string, BehaviourChange>> = {
  // The signature describes one on which net.inet.icmp.timestamp is set.
  macos: { answersTimestamp: false },
};

/** What of a host each system has; by name, in small letters and one word, such as `linux`. */
export const LIKES: ReadonlyMap<string, BehaviourChange> = new Map(
  SIGNATURES.map((signature): [string, BehaviourChange] => {
    const name = likeName(signature);
    return [name, { ...changeOf(signature.traits), ...AS_IT_COMES[name] }];
  }),
);

/** The name that `like` takes for a signature. */
export function likeName({ system }: Signature): string {
  return system.toLowerCase().split(" ")[0] as string;
}

function changeOf(traits: Traits): BehaviourChange {
  return {
    ...given("ttl", traits.initialTtl),
    ...given("separateStamps", traits.isLazy === undefined ? undefined : !traits.isLazy),
    ...given("littleEndian", traits.counting && traits.counting === "little-endian"),
    ...given("oddCode", traits.oddCode === "none" ? "silent" : traits.oddCode),
    ...given("long", LONG[traits.long ?? "unknown"]),
    ...given("copiesTos", traits.copiesTos),
    ...given("checksumLazy", traits.answersBadChecksum),
    ...given("dontFragment", traits.hasDontFragment),
    ...given("identification", traits.identification),
  };
}

/** One property, or nothing where the signature does not say. */
function given<K extends keyof BehaviourChange>(
  key: K,
  value: BehaviourChange[K] | undefined,
): BehaviourChange {
  return value === undefined ? {} : { [key]: value };
}
