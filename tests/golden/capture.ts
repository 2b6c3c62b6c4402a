/** The form of the files in captures/: packets of foreign tools, and what tcpdump said of them. */

/** One packet on the wire. */
export interface CapturedPacket {
  /** What `tcpdump -nn -t` wrote. */
  readonly line: string;
  /** The IPv4 datagram in hexadecimal. */
  readonly hex: string;
}

/** What one command sent, and what came back. */
export interface CapturedCommand {
  /** The command, as typed. */
  readonly command: string;
  /** Its packets, in order; a long exchange is cut. */
  readonly packets: readonly CapturedPacket[];
}

/** All captures of one tool. */
export interface Capture {
  /** Name of the tool. */
  readonly tool: string;
  /** The first line of its version text. */
  readonly version: string;
  /** Version of the tcpdump that listened. */
  readonly tcpdumpVersion: string;
  /** Release of the kernel that answered. */
  readonly kernel: string;
  /** What was captured. */
  readonly commands: readonly CapturedCommand[];
}
