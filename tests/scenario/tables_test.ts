/** Runs the scenario tables; scenario_case.ts says what a row means. */

import { ANSWERS } from "./answers.ts";
import { ENDS } from "./ends.ts";
import { LOCAL_CLOCK } from "./local_clock.ts";
import { REFUSALS } from "./refusals.ts";
import { REMOTE_CLOCKS } from "./remote_clocks.ts";
import { RETRIES } from "./retries.ts";
import { SEQUENCE_WRAP } from "./sequence_wrap.ts";
import { SPOILED_REPLIES } from "./spoiled_replies.ts";
import { testCases } from "../support/scenario_case.ts";

testCases("answers", ANSWERS);
testCases("ends", ENDS);
testCases("local clock", LOCAL_CLOCK);
testCases("refusals", REFUSALS);
testCases("remote clocks", REMOTE_CLOCKS);
testCases("retries", RETRIES);
testCases("sequence wrap", SEQUENCE_WRAP);
testCases("spoiled replies", SPOILED_REPLIES);
