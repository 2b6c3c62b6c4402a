/** `icmptime trace`: from words to exit code. */

import { isAnswering } from "../../../behaviour/path_finding.ts";
import { TraceReporter } from "../../../report/trace_reporter.ts";
import { runFrame } from "../../../run/run_frame.ts";
import { planTrace, type TracePlan } from "../../../run/trace/plan.ts";
import { type TraceResult, TraceRun } from "../../../run/trace/run.ts";
import { mergeBlocks } from "../../../targets/block.ts";
import type { PackedBlocks } from "../../../targets/packed_blocks.ts";
import { ReverseNames } from "../../../targets/reverse_names.ts";
import type { TargetList } from "../../../targets/target_list.ts";
import { terminalColumns } from "../../../terminal/width.ts";
import { checkFields } from "../../options/check_fields.ts";
import { readEgress } from "../../options/egress.ts";
import { readExclusions } from "../../targets/exclusions.ts";
import { gatherTargets } from "../../targets/gather_targets.ts";
import type { CommandLine, Parsed } from "../../options/option.ts";
import { ExitCode, printError, runExitCode, VERSION } from "../../outcome.ts";
import { loadRecording, RunOutput } from "../../output/run_output.ts";
import type { System } from "../../system.ts";
import type { TRACE_OPTIONS } from "./options.ts";

/** How long the report waits for the names of addresses, in milliseconds. */
const MAX_NAME_WAIT_MS = 1000;
/** Flows of `--paths`: a router that shares flows out evenly to two paths shows one alone once in 128 times. */
const FLOWS = 8;

type TraceOptions = Parsed<typeof TRACE_OPTIONS>;

/** What a trace is made from. */
interface TraceParts {
  readonly plan: TracePlan;
  readonly list: TargetList;
  readonly excluded: PackedBlocks;
  readonly names: ReverseNames | undefined;
}

/**
 * Runs `trace` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runTrace(
  { options, operands }: CommandLine<typeof TRACE_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  const format = options.json ? "json" : options.format;
  await checkFields({ command: "trace", format, quiet: false, fields: options.fields });
  const egress = readEgress(options.interface);
  const excluded = mergeBlocks(
    await readExclusions(options.exclude.flat(), options["exclude-file"], system),
  );
  const list = await gatherTargets(operands, options.file, system, {
    exclude: excluded,
    deadlineMs: options.deadline,
  });
  if (list === undefined) return ExitCode.Unresolved;
  const plan = planTrace({
    ...egress,
    mark: options.mark,
    maxTtl: options["max-ttl"],
    tries: options.queries,
    flows: options.paths ? FLOWS : 1,
    timeoutMs: options.timeout,
    ratePps: options.rate,
    deadlineMs: options.deadline,
  });
  const names = options.numeric || format !== "text"
    ? undefined
    : new ReverseNames((address) => system.lookUpAddress(address));
  return await trace(options, format, { plan, list, excluded, names }, system);
}

async function trace(
  options: TraceOptions,
  format: "text" | "json" | "csv",
  { plan, list, excluded, names }: TraceParts,
  system: System,
): Promise<ExitCode> {
  let reporter: TraceReporter | undefined;
  const { targets } = list;
  const program = { command: "trace", version: VERSION };
  const { write: path, timeout: timeoutMs } = options;
  const packets = await loadRecording({ path, command: "trace", timeoutMs }, system);
  const mayAsk = (address: number) => isHostAddress(address) && !excluded.has(address);
  return await runFrame(
    {
      openRun: () =>
        TraceRun.open(
          { program, plan, targets, mayAsk },
          packets?.machine ?? system,
          (error) => printError(system, `${error.message}; the run goes on`),
        ),
      async openOutput() {
        const display = await loadLiveLine(targets.length, system);
        return await RunOutput.open({ path: options.output, display, packets }, system);
      },
      run(run, output) {
        const isTerminal = system.stdoutIsTerminal && options.output === undefined;
        const opened = reporter = new TraceReporter(output.lines, {
          format,
          fields: options.fields,
          numeric: options.numeric,
          names,
          columns: isTerminal ? terminalColumns() : undefined,
        });
        return run.run({
          run: (info) => opened.run(info),
          idle: (nowNs, isBusy) => output.idle(nowNs, isBusy, () => run.progress()),
          ending: () => output.secure(),
        });
      },
      showState(run, output) {
        const { answered, totals } = run.progress();
        output.remark(
          `${answered} of ${targets.length} hosts answered, ${totals.sent} probes sent`,
        );
      },
      async end(result, output) {
        names?.request(addressesOf(result));
        await names?.settled(MAX_NAME_WAIT_MS);
        reporter?.end({ ...result, exitCode: chooseExitCode(result, list, output) });
      },
    },
    system,
    (result, output) => chooseExitCode(result, list, output),
  );
}

/** Unicast, and neither this network nor this host (RFC 1122 §3.2.1.3). */
function isHostAddress(address: number): boolean {
  const first = address >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}

/** Every address that the report shows. */
function addressesOf({ hosts }: TraceResult): Set<number> {
  const hops = hosts.flatMap(({ paths }) => paths.flatMap((path) => path.hops));
  return new Set([
    ...hosts.map(({ target }) => target.address),
    ...hops.flatMap(({ address }) => address ?? []),
  ]);
}

/** Loaded only where it is shown. */
async function loadLiveLine(targets: number, system: System) {
  if (!system.stderrIsTerminal) return undefined;
  const { StatusLine } = await import("../../../report/status_line.ts");
  return new StatusLine(system.stderr, targets, Infinity);
}

function chooseExitCode(
  { hosts }: TraceResult,
  { problems }: TargetList,
  { hasLost }: RunOutput,
): ExitCode {
  return runExitCode({
    hasLostOutput: hasLost,
    hasProblem: problems.length > 0,
    isAnswered: hosts.every(({ verdict }) => isAnswering(verdict)),
    isConditionMet: false,
  });
}
