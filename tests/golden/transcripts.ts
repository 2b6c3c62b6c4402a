/** Whole outputs of runs over simulated networks, as files. `deno run -RW tests/golden/transcripts.ts` rewrites them. */

import { auditTranscripts } from "./audit_transcripts.ts";
import { blockTranscripts } from "./block_transcripts.ts";
import { commandTranscripts } from "./command_transcripts.ts";
import { captureTranscripts } from "./capture_transcripts.ts";
import { reportTranscripts } from "./report_transcripts.ts";
import { scanTranscripts } from "./scan_transcripts.ts";

/** All texts by the names of their files. */
export async function transcripts(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ...await auditTranscripts(),
    ...await blockTranscripts(),
    ...await commandTranscripts(),
    ...await scanTranscripts(),
    ...reportTranscripts(),
    ...captureTranscripts(),
  ]);
}

/** Where a text is kept. */
export function transcriptFile(name: string): URL {
  return new URL(`transcripts/${name}`, import.meta.url);
}

if (import.meta.main) {
  for (const [name, text] of await transcripts()) {
    await Deno.writeTextFile(transcriptFile(name), text);
  }
}
