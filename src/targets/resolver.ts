/** How names become addresses: the system's own resolver, or a table in tests. */

/** What a name stands for, or why it stands for nothing. */
export type NameResolution =
  | {
    readonly ok: true;
    /** IPv4 addresses in the resolver's order, unsigned 32-bit numbers; at least one. */
    readonly addresses: readonly number[];
  }
  | {
    readonly ok: false;
    /** `no-ipv4`: the name has IPv6 addresses alone. `unresolved`: it has none, or no name server answered. */
    readonly reason: "no-ipv4" | "unresolved";
    /** The resolver's words. */
    readonly message: string;
  };

/** Finds the addresses of a name. */
export interface NameResolver {
  /** Looks one name up. Never rejects for a name that does not resolve. */
  resolve(name: string): Promise<NameResolution>;
}
