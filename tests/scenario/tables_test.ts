/** The scenario tables. Each case is a row of JSON; scenario_case.ts says what the words mean. */

import answers from "./answers.json" with { type: "json" };
import ends from "./ends.json" with { type: "json" };
import localClock from "./local_clock.json" with { type: "json" };
import refusals from "./refusals.json" with { type: "json" };
import remoteClocks from "./remote_clocks.json" with { type: "json" };
import retries from "./retries.json" with { type: "json" };
import sequenceWrap from "./sequence_wrap.json" with { type: "json" };
import spoiledReplies from "./spoiled_replies.json" with { type: "json" };
import { type ScenarioCase, testCases } from "../support/scenario_case.ts";

/** Tables by name. JSON modules have no literal types, so the words are checked when a case runs. */
const TABLES: Readonly<Record<string, unknown>> = {
  "answers": answers,
  "sequence wrap": sequenceWrap,
  "local clock": localClock,
  "refusals": refusals,
  "spoiled replies": spoiledReplies,
  "remote clocks": remoteClocks,
  "ends": ends,
  "retries": retries,
};

for (const [name, table] of Object.entries(TABLES)) testCases(name, table as ScenarioCase[]);
