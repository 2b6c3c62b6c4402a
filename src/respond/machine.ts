/** The ports of `respond`: what it needs from the machine. `src/cli/run.ts` connects them to ffi, tests to memory. */

import type { ResponderLink } from "./link.ts";

/** A device for a block of addresses. */
export interface TunRequest {
  /** Name of the device; `%d` stands for a number that is free. */
  readonly name: string;
  /** Lowest address of the block, an unsigned 32-bit number. */
  readonly first: number;
  /** Bits that all addresses of the block share, 0 to 32. */
  readonly prefixBits: number;
  /** Address of this machine on the device; undefined for none. */
  readonly ownAddress: number | undefined;
}

/** A link with a name. */
export interface NamedLink extends ResponderLink {
  /** Name of the interface. */
  readonly name: string;
}

/** An IPv4 address of an interface. */
export interface OwnAddress {
  /** Unsigned 32-bit number. */
  readonly address: number;
  /** Unsigned 32-bit number. */
  readonly netmask: number;
  /** Its broadcast address; undefined where none is set. */
  readonly broadcast: number | undefined;
  /** The interface is a loopback. */
  readonly loopback: boolean;
}

/** The machine, as far as only `respond` needs it. */
export interface RespondMachine {
  /** The addresses of an interface; none where there is no such interface. */
  listAddresses(interfaceName: string): readonly OwnAddress[];
  /** Opens a packet socket on an interface; rejects where the system refuses. */
  openInterface(interfaceName: string): Promise<NamedLink>;
  /** Switches the kernel's own answers off until `close` is called or the program ends, in whatever way. */
  silenceKernel(): Promise<{ close(): void }>;
  /** Whether the kernel answers echo requests itself; undefined where it does not say. */
  kernelAnswersEcho(): Promise<boolean | undefined>;
  /** Makes a TUN device with a block; rejects where the system refuses. It goes with {@linkcode ResponderLink.close}. */
  openTun(request: TunRequest): Promise<NamedLink>;
}
