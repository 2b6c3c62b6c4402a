/** Mutants of src/packet that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const PACKET_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/packet/capture/annotate_frame.ts",
    code: "if (offset > 0) annotateLink(annotation, linkType, bytes, offset);",
    change: "0 → 1",
    why: "equivalent: no link-layer header is one octet long",
  },
  {
    path: "src/packet/capture/captured_packet.ts",
    code: "if (this.#skip > 0) {",
    change: "> → >=",
    why: "equivalent: skipping no octets changes nothing",
  },
  {
    path: "src/packet/capture/guess_link_type.ts",
    code: "const score = (checksumOk ? 2 : 0) + (isWhole ? 1 : 0) + 1;",
    change: "2 → 3",
    why:
      "equivalent: 5 and 4 for 4 and 3, in the same order and above all without a right checksum",
  },
  {
    path: "src/packet/capture/pcap_parser.ts",
    code: "#littleEndian = false;",
    change: "false → true",
    why: "equivalent: the file header says which it is before it is used",
  },
  {
    path: "src/packet/capture/pcapng_parser.ts",
    code: "const MAX_INTERFACES = 65_536;",
    change: "65_536 → 65537",
    why: "a chosen limit",
  },
  {
    path: "src/packet/capture/pcapng_parser.ts",
    code: "return queue.u32(0, false) === BLOCK_TYPE.section;",
    change: "false → true",
    why: "equivalent: this number reads the same in both byte orders",
  },
  {
    path: "src/packet/capture/pcapng_parser.ts",
    code: "#littleEndian = false;",
    change: "false → true",
    why: "equivalent: the section header says which it is before it is used",
  },
  {
    path: "src/packet/capture/pcapng_time.ts",
    code: "if (unitsPerSecond > MAX_EXACT_UNITS) return splitExactly(high, low, unitsPerSecond);",
    change: "> → >=",
    why: "equivalent: both divisions are exact for a unit of 2^-37 s",
  },
  {
    path: "src/packet/capture/pcapng_writer.ts",
    code: "#bytes = new Uint8Array(4096);",
    change: "4096 → 4097",
    why: "a chosen size: it grows as needed",
  },
  {
    path: "src/packet/capture/pcapng_writer.ts",
    code: "if (this.#length + lengthBytes <= this.#bytes.length) return;",
    change: "<= → <",
    why: "equivalent but for memory",
  },
  {
    path: "src/packet/capture/pcapng_writer.ts",
    code:
      "const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + lengthBytes));",
    change: "2 → 3",
    why: "equivalent but for memory",
  },
  {
    path: "src/packet/capture/pcapng_writer.ts",
    code:
      "const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + lengthBytes));",
    change: "* → /",
    why: "equivalent but for time: it has room in any case",
  },
  {
    path: "src/packet/half_sip_hash.ts",
    code: "const [k0 = 0, k1 = 0] = crypto.getRandomValues(new Uint32Array(2));",
    change: "0 → 1",
    why: "equivalent: both words are there",
  },
  {
    path: "src/packet/hex_text.ts",
    code: "let isRepeated = false;",
    change: "false → true",
    why: "equivalent: before the first line there is nothing to repeat",
  },
  {
    path: "src/packet/icmp_extension.ts",
    code: "const lengthBytes = readU16(octets, at + OBJECT.length);",
    change: "+ → -",
    why: "equivalent: the length is at the start of an object",
  },
  {
    path: "src/packet/ipv4_header.ts",
    code: "export const IPV4_MAX_HEADER_BYTES = 60;",
    change: "60 → 61",
    why: "equivalent: a header is a multiple of four octets",
  },
  {
    path: "src/packet/ipv4_header.ts",
    code: "const versionAndLength = readU8(bytes, start + IPV4.versionAndLength);",
    change: "+ → -",
    why: "equivalent: version and length are at 0",
  },
];
