/** What went wrong on this machine during a run, in words: the end of every form of text. */

import type { EndInfo } from "../run/event.ts";

/** Lines that fit 80 columns for usual counts; none when all went well. */
export function endRemarks({ failedCalls, kernelDrops, totals }: EndInfo): string[] {
  const lines: string[] = [];
  if (failedCalls > 0) {
    const calls = failedCalls === 1 ? "1 system call" : `${failedCalls} system calls`;
    lines.push(`${calls} on the sockets failed: replies may be missing`);
  }
  if (kernelDrops > 0) {
    const datagrams = kernelDrops === 1 ? "1 datagram" : `${kernelDrops} datagrams`;
    lines.push(`this machine's full receive buffer dropped ${datagrams}`);
  }
  const { droppedByUs, lost } = totals;
  if (droppedByUs > 0) {
    lines.push(`up to ${droppedByUs} of the ${lost} lost probes may have been answered`);
  }
  return lines;
}
