import { assertThrows } from "@std/assert";
import { parseScenario, ScenarioError } from "../../lab/scenario_file.ts";

/** A text, and what the error about it names. */
const WRONG: [string, string][] = [
  ["[]", "the whole: want an object"],
  ['{"sead": 1}', "sead: want one of the keys seed, defaults"],
  ['{"seed": 1.5}', "seed: want a whole number"],
  ['{"defaults": {"dealy": 1}}', "defaults.dealy"],
  ['{"defaults": {"out": -1}}', "defaults.out: want a number from 0"],
  ['{"defaults": {"out": {"kind": "normal"}}}', "defaults.out.kind: want constant or uniform"],
  ['{"defaults": {"out": {"kind": "uniform", "minMs": 1}}}', "defaults.out: want the key maxMs"],
  ['{"defaults": {"out": {"byAddress": []}}}', "defaults.out.byAddress: want a filled list"],
  ['{"defaults": {"loss": {"kind": "random", "outRatio": 5}}}', "outRatio: want a number from 0"],
  ['{"defaults": {"loss": {"kind": "pattern", "out": "x-"}}}', "out: want a text of . and x"],
  ['{"defaults": {"quirk": "lasy"}}', "defaults.quirk: want normal or lazy"],
  ['{"defaults": {"error": {"ratio": 1, "type": 8, "code": 0}}}', "type: want 3 or 4 or 5 or 11"],
  ['{"defaults": {"corruption": {"ratio": 1, "kinds": ["flop"]}}}', "corruption.kinds[0]"],
  ['{"rules": [{"block": "10.0.0.0"}]}', "rules[0]: want the key behaviour"],
  ['{"rules": [{"block": "10.0.0/8", "behaviour": {}}]}', "rules[0].block: want a block"],
  ['{"hosts": {"gateway": {}}}', "hosts.gateway: want an address"],
  ['{"defaults": {"clock": {"steps": [{"afterMs": 5}]}}}', "clock.steps[0]: want the key byMs"],
];

Deno.test("lab scenario: what is wrong is named with its place", () => {
  for (const [text, place] of WRONG) {
    assertThrows(() => parseScenario(text), ScenarioError, place);
  }
  assertThrows(() => parseScenario("{"), SyntaxError);
});
