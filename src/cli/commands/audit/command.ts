/** `icmptime audit`: from words to exit code. */

import { planAudit } from "../../../run/audit/plan.ts";
import { AuditRun } from "../../../run/audit/run.ts";
import { runFrame } from "../../../run/run_frame.ts";
import { checkFields } from "../../options/check_fields.ts";
import { readEgress } from "../../options/egress.ts";
import type { CommandLine } from "../../options/option.ts";
import { ExitCode, printError, VERSION } from "../../outcome.ts";
import { loadRecording } from "../../output/run_output.ts";
import type { System } from "../../system.ts";
import { checkNoAuditIsLost, checkSame, readEarlierRun } from "./checkpoint.ts";
import { readComparison } from "./compare.ts";
import type { AUDIT_OPTIONS } from "./options.ts";
import { AuditOutput } from "./output.ts";
import { readAuditTargets } from "./targets.ts";

/**
 * Runs `audit` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runAudit(
  { options, operands }: CommandLine<typeof AUDIT_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  const format = options.json ? "json" : options.format;
  await checkFields({ command: "audit", format, quiet: false, fields: options.fields });
  const earlier = await readEarlierRun(options.resume, system);
  await checkNoAuditIsLost(options.checkpoint, system);
  const previous = earlier?.checkpoint;
  const targets = await readAuditTargets(operands, { options, previous }, system);
  if (targets === undefined) return ExitCode.Unresolved;
  checkSame(targets, options, earlier);
  const comparison = await readComparison(options.compare, system);
  const setup = {
    program: { command: "audit", version: VERSION },
    plan: planAudit({
      ...readEgress(options.interface),
      mark: options.mark,
      ratePps: options.rate,
      ttl: options.ttl,
      rounds: options.rounds,
      timeoutMs: options.timeout,
      deadlineMs: options.deadline,
      maxOffsetMs: options["max-offset"],
      aliasesMs: options.aliases,
      isOwnRateKept: system.diagnostics.readClock()?.synchronised === true,
    }),
    targets: targets.list.targets,
    blocks: targets.blocks,
    maxOffsetMs: options["max-offset"],
    earlier,
  };
  const { write: path, timeout: timeoutMs } = options;
  const packets = await loadRecording({ path, command: "audit", timeoutMs }, system);
  const onTrouble = (error: Error) => printError(system, `${error.message}; the run goes on`);
  return await runFrame(
    {
      openRun: () => AuditRun.open(setup, packets?.machine ?? system, onTrouble),
      openOutput: (run) =>
        AuditOutput.openFiles({ run, targets, earlier, comparison, packets, options, system }),
      run: (run, output) => run.run(output),
      showState: (_, output) => output.printProgress(),
      end: (result, output) => output.end(result),
    },
    system,
    (result, output) => output.chooseExitCode(result),
  );
}
