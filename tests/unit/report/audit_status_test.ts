/** The live line of `audit`. */

import { assertEquals } from "@std/assert";
import { AuditStatus, formatAuditProgress } from "../../../src/report/audit_status.ts";
import type { AuditProgress } from "../../../src/run/audit/result.ts";
import type { ScanProgress } from "../../../src/scan/scan_record.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { MemorySink } from "../../support/memory_sink.ts";

function progress(
  { sent = 0, sweep, ...more }: Partial<Omit<AuditProgress, "sweep">> & {
    readonly sent?: number;
    readonly sweep?: Partial<ScanProgress>;
  },
): AuditProgress {
  const totals = new ProbeCounters();
  totals.sent = sent;
  return {
    ...{ totals, answered: 0, targets: 1000, found: 0, judged: 0, sweep: sweep as ScanProgress },
    ...more,
  };
}

Deno.test("audit status: hosts judged, or the share that is swept, then answers and probes", () => {
  assertEquals(formatAuditProgress(progress({ judged: 10, found: 12, sent: 1500 })), [
    ...["10 of 1,000 judged", "12 answered", "1,500 sent"],
  ]);
  const sweep = { phase: "sending", position: 612, length: 1000, sent: 600 } as const;
  assertEquals(formatAuditProgress(progress({ sweep, judged: 7, found: 12, sent: 150 }), 40.4), [
    ...["61.2 % swept", "40 s left", "12 answered", "7 judged", "750 sent"],
  ]);
  // A block of nothing is swept.
  assertEquals(
    formatAuditProgress(progress({ sweep: { ...sweep, position: 0, length: 0 } }))[0],
    "100.0 % swept",
  );
});

/** The last line that is shown, after as many seconds of steady progress. */
function show(columns: number, at: (seconds: number) => AuditProgress, seconds = 10): string {
  const terminal = new MemorySink();
  let now = 0;
  const status = new AuditStatus(terminal, () => at(now), { columns: () => columns });
  for (; now <= seconds; now++) status.show(now * 1e9);
  return terminal.text.split("\r\x1b[K").at(-1) ?? "";
}

Deno.test("audit status: time left and the bar follow the sweep while it sends, then the hosts", () => {
  assertEquals(
    show(80, (seconds) => progress({ judged: 50 * seconds })),
    "500 of 1,000 judged, 10 s left, 0 answered, 0 sent         ██████████··········",
  );
  const sending = (seconds: number) =>
    progress({
      judged: seconds,
      sweep: { phase: "sending", position: 50 * seconds, length: 2000, sent: 0 },
    });
  assertEquals(
    show(90, sending),
    "25.0 % swept, 30 s left, 0 answered, 10 judged, 0 sent               █████···············",
  );
  const listening = (seconds: number) =>
    progress({
      judged: 50 * seconds,
      sweep: { phase: "cooldown", position: 2000, length: 2000, sent: 0 },
    });
  assertEquals(
    show(90, listening),
    "100.0 % swept, 10 s left, 0 answered, 500 judged, 0 sent             ██████████··········",
  );
});

Deno.test("audit status: the line is taken away before other lines are written", () => {
  const terminal = new MemorySink();
  const status = new AuditStatus(terminal, () => progress({}), { columns: () => 80 });
  status.show(0);
  status.erase();
  assertEquals(terminal.text.endsWith("\r\x1b[K"), true);
});
