/** Whole outputs of `ping`, `clock`, `trace` and the drop-in commands. Each file begins with the truth: check a change against it. */

import { transcribe, type Transcript } from "../support/transcript.ts";
import { CLOCK_TRANSCRIPTS } from "./clock_transcripts.ts";
import { PING_TRANSCRIPTS } from "./ping_transcripts.ts";
import { TRACE_TRANSCRIPTS } from "./trace_transcripts.ts";
import { watchTranscripts } from "./watch_transcripts.ts";

const TRANSCRIPTS: readonly Transcript[] = [
  ...PING_TRANSCRIPTS,
  ...CLOCK_TRANSCRIPTS,
  ...TRACE_TRANSCRIPTS,
];

/** The texts by the names of their files. */
export async function commandTranscripts(): Promise<[name: string, text: string][]> {
  const texts: [name: string, text: string][] = [];
  for (const transcript of TRANSCRIPTS) {
    texts.push([`${transcript.name}.txt`, await transcribe(transcript)]);
  }
  texts.push(...await watchTranscripts());
  return texts;
}
