/** `icmptime audit`: from words to exit code. */

import { AuditReporter } from "../../../report/audit_reporter.ts";
import { type AuditPlan, planAudit } from "../../../run/audit_plan.ts";
import { type AuditResult, AuditRun } from "../../../run/audit_run.ts";
import { runFrame } from "../../../run/run_frame.ts";
import { ReverseNames } from "../../../targets/reverse_names.ts";
import { listScanWarnings } from "../../../report/scan_status.ts";
import { formatAuditProgress } from "../../../report/audit_status.ts";
import type { ProgressDisplay } from "../../../run/reporter.ts";
import type { TargetList } from "../../../targets/target_list.ts";
import { terminalColumns } from "../../../terminal/width.ts";
import { checkFields } from "../../check_fields.ts";
import { readEgress } from "../../egress.ts";
import type { CommandLine, Parsed } from "../../option.ts";
import { ExitCode, printError, runExitCode, VERSION } from "../../outcome.ts";
import { loadRecording, RunOutput } from "../../run_output.ts";
import type { System } from "../../system.ts";
import type { AUDIT_OPTIONS } from "./options.ts";
import { type AuditTargets, readAuditTargets } from "./targets.ts";

/** How long the report waits for the names of addresses, in milliseconds. */
const MAX_NAME_WAIT_MS = 1000;

type AuditOptions = Parsed<typeof AUDIT_OPTIONS>;

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
  const targets = await readAuditTargets(operands, options, system);
  if (targets === undefined) return ExitCode.Unresolved;
  const plan = planAudit({
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
  });
  const names = options.reverse && !options.numeric
    ? new ReverseNames((address) => system.lookUpAddress(address))
    : undefined;
  return await audit(options, format, { plan, targets, names }, system);
}

async function audit(
  options: AuditOptions,
  format: "text" | "json" | "csv",
  { plan, targets: { list, blocks }, names }: {
    readonly plan: AuditPlan;
    readonly targets: AuditTargets;
    readonly names: ReverseNames | undefined;
  },
  system: System,
): Promise<ExitCode> {
  let reporter: AuditReporter | undefined;
  const { write: path, timeout: timeoutMs } = options;
  const packets = await loadRecording({ path, command: "audit", timeoutMs }, system);
  return await runFrame(
    {
      openRun: () =>
        AuditRun.open(
          {
            program: { command: "audit", version: VERSION },
            ...{ plan, blocks, targets: list.targets },
            maxOffsetMs: options["max-offset"],
          },
          packets?.machine ?? system,
          (error) => printError(system, `${error.message}; the run goes on`),
        ),
      async openOutput(run) {
        const display = await loadStatus(run, system);
        return await RunOutput.open({ path: options.output, display, packets }, system);
      },
      run(run, output) {
        const opened = reporter = new AuditReporter(output.lines, {
          format,
          fields: options.fields,
          all: options.all,
          maxOffsetMs: options["max-offset"],
          numeric: options.numeric,
          names,
          columns: system.stdoutIsTerminal && options.output === undefined
            ? terminalColumns()
            : undefined,
          isUnsynchronised: system.diagnostics.readClock()?.synchronised === false,
        });
        return run.run({
          run: (info) => opened.run(info),
          host(host) {
            if (opened.host(host)) names?.request([host.target.address]);
          },
          idle: (nowNs, isBusy) => output.idle(nowNs, isBusy, () => run.progress()),
          ending: () => output.secure(),
        });
      },
      showState(run, output) {
        output.remark(formatAuditProgress(run.progress()).join(", "));
      },
      async end(result, output) {
        await names?.settled(MAX_NAME_WAIT_MS);
        if (result.sweep !== undefined) {
          for (const warning of listScanWarnings(result.sweep)) output.remark(warning);
        }
        reporter?.end({ ...result, exitCode: chooseExitCode(result, list, output) });
      },
    },
    system,
    (result, output) => chooseExitCode(result, list, output),
  );
}

/** Loaded only where it is shown. */
async function loadStatus(run: AuditRun, system: System): Promise<ProgressDisplay | undefined> {
  if (!system.stderrIsTerminal) return undefined;
  const { AuditStatus } = await import("../../../report/audit_status.ts");
  return new AuditStatus(system.stderr, () => run.progress());
}

function chooseExitCode(
  { tally, targets, sweep }: AuditResult,
  { problems }: TargetList,
  { hasLost }: RunOutput,
): ExitCode {
  return runExitCode({
    hasLostOutput: hasLost,
    hasProblem: problems.length > 0,
    // An audit that was ended before has not judged all.
    isAnswered: tally.isAllRight && tally.hosts >= targets && sweep?.isWhole !== false,
    isConditionMet: false,
  });
}
