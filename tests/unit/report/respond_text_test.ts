/** What `respond` prints. */

import { assertEquals } from "@std/assert";
import { AnsweredAddresses } from "../../../src/respond/address_policy.ts";
import { ResponderCounts } from "../../../src/respond/fate.ts";
import { BEHAVIOUR_FIELDS } from "../../../src/respond/behaviour_fields.ts";
import {
  formatRespondEnd,
  formatRespondStart,
  formatScenarioKeys,
  RespondStatus,
} from "../../../src/report/respond_text.ts";
import { parseBlock } from "../../../src/targets/block.ts";
import { widthOf } from "../../../src/terminal/width.ts";
import { MemorySink } from "../../support/memory_sink.ts";

function counts(more: Partial<ResponderCounts> = {}): ResponderCounts {
  return Object.assign(new ResponderCounts(), more);
}

Deno.test("respond: at the end the requests, the packets, and each fate but that of a plain reply", () => {
  const all = counts({
    timestampRequests: 1200,
    echoRequests: 34,
    sent: 1,
    unsent: 2,
    overflow: 3,
  });
  Object.assign(all.fates, { replied: 1200, silent: 5, over_rate: 12_345 });
  assertEquals(formatRespondEnd(all, 75, 9), [
    "1,234 requests in 75 s: 1,200 timestamp, 34 echo",
    "1 packet sent, 2 refused by the kernel, 3 dropped: too many were waiting",
    "          5  silent: the host does not answer this kind of request",
    "     12,345  over_rate: more than --rate allows",
    "          9  dropped by the kernel before they were read",
  ]);
  const one = counts({ echoRequests: 1, unsent: 1, overflow: 1 });
  one.fates.silent = 1;
  assertEquals(formatRespondEnd(one, 2, 1), [
    "1 request in 2 s: 0 timestamp, 1 echo",
    "0 packets sent, 1 refused by the kernel, 1 dropped: too many were waiting",
    "          1  silent: the host does not answer this kind of request",
    "          1  dropped by the kernel before they were read",
  ]);
  for (const drops of [0, undefined]) {
    assertEquals(formatRespondEnd(counts(), 4.5, drops), [
      ...["0 requests in 4.5 s: 0 timestamp, 0 echo", "0 packets sent"],
    ]);
  }
});

Deno.test("respond: the live line shows the rate of the last interval, and what is over the limit", () => {
  const terminal = new MemorySink();
  const status = new RespondStatus(terminal, { columns: () => 80 });
  const shown = () => terminal.text.split("\r\x1b[K").at(-1);
  const all = counts({ timestampRequests: 100, sent: 90 });
  status.show(1e9, all, 1);
  assertEquals(shown(), "100 requests, 90 sent, 0/s, 1 s");
  all.echoRequests = 500;
  status.show(3e9, all, 3);
  assertEquals(shown(), "600 requests, 90 sent, 250/s, 3 s");
  all.fates.over_rate = 1;
  status.show(4e9, all, 4);
  assertEquals(shown(), "600 requests, 90 sent, 0/s, 1 over the rate, 4 s");
  status.erase();
  assertEquals(shown(), "");
});

Deno.test("respond: every key of a scenario with its meaning, and below that what it takes, in 80 columns", () => {
  const text = formatScenarioKeys();
  assertEquals(text.endsWith("\n") && !text.endsWith("\n\n"), true);
  const lines = text.trimEnd().split("\n");
  for (const line of lines) assertEquals(widthOf(line) <= 80, true, line);
  const heads = lines.filter((line) => !line.startsWith(" "));
  assertEquals(heads.map((line) => line.split(" ")[0]), Object.keys(BEHAVIOUR_FIELDS));
  const columns = new Set(heads.map((line) => line.search(/(?<= {2})\S/)));
  assertEquals(columns.size, 1);
  assertEquals(lines.filter((line) => /^ {4}\S/.test(line)).length, lines.length - heads.length);
});

Deno.test("respond: what is answered for, and which address this machine has itself", () => {
  const block = parseBlock("198.18.0.0/24");
  if (typeof block === "string") throw new TypeError(block);
  const addresses = AnsweredAddresses.ofNetwork(block);
  const text = `Answering for ${addresses} on icmptime0`;
  assertEquals(formatRespondStart(addresses, "icmptime0", undefined), text);
  assertEquals(
    formatRespondStart(addresses, "icmptime0", 0xc6120001),
    `${text}; this machine is 198.18.0.1`,
  );
  assertEquals(text.includes("198.18.0.0/24"), true);
});
