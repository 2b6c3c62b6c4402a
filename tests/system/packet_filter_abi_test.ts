/** Packet filters are programs for the kernel's machine: each operation is asked of a C compiler, as abi_test.ts does for constants. */

import { assertEquals } from "@std/assert";
import { BPF } from "../../ffi/linux/packet_filter.ts";
import { evaluateC } from "../support/c_compiler.ts";
import { systemTest } from "../support/tools.ts";

/** Operations of packet filters, in the words of <linux/bpf_common.h>. */
const OPERATIONS: Readonly<Record<string, string>> = {
  loadByte: "BPF_LD|BPF_B|BPF_ABS",
  loadByteIndexed: "BPF_LD|BPF_B|BPF_IND",
  loadHalf: "BPF_LD|BPF_H|BPF_ABS",
  loadWord: "BPF_LD|BPF_W|BPF_ABS",
  loadHalfIndexed: "BPF_LD|BPF_H|BPF_IND",
  load: "BPF_LD|BPF_MEM",
  loadIndex: "BPF_LDX|BPF_MEM",
  store: "BPF_ST",
  storeIndex: "BPF_STX",
  loadLength: "BPF_LD|BPF_W|BPF_LEN",
  loadHeaderLength: "BPF_LDX|BPF_B|BPF_MSH",
  and: "BPF_ALU|BPF_AND|BPF_K",
  shiftLeft: "BPF_ALU|BPF_LSH|BPF_K",
  shiftRight: "BPF_ALU|BPF_RSH|BPF_K",
  addIndex: "BPF_ALU|BPF_ADD|BPF_X",
  subtractIndex: "BPF_ALU|BPF_SUB|BPF_X",
  toIndex: "BPF_MISC|BPF_TAX",
  jump: "BPF_JMP|BPF_JA",
  jumpAtLeast: "BPF_JMP|BPF_JGE|BPF_K",
  jumpEqual: "BPF_JMP|BPF_JEQ|BPF_K",
  jumpGreater: "BPF_JMP|BPF_JGT|BPF_K",
  jumpSet: "BPF_JMP|BPF_JSET|BPF_K",
  accept: "BPF_RET|BPF_K",
};

systemTest(
  { name: "every operation of a packet filter is what the C headers say", tools: ["gcc"] },
  async () => {
    const theirs = await evaluateC(Object.values(OPERATIONS));
    const named = Object.keys(OPERATIONS).map((name, index) => [name, theirs[index]]);
    assertEquals({ ...BPF }, Object.fromEntries(named));
  },
);
