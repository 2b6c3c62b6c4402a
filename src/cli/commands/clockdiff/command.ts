/** `icmptime clockdiff`: clockdiff's words in, clockdiff's lines out. */

import {
  ClockdiffReplies,
  formatClockdiffLine,
  formatClockdiffText,
} from "../../../report/clockdiff_form.ts";
import { undecidedReason } from "../../../clock/mod.ts";
import type { ClockEvent } from "../../../run/clock/event.ts";
import { type ClockResult, ClockRun } from "../../../run/clock/run.ts";
import { runFrame } from "../../../run/run_frame.ts";
import { planRun, type RunPlan } from "../../../run/run_plan.ts";
import type { Target } from "../../../targets/target.ts";
import { listTargets } from "../../../targets/target_list.ts";
import type { CommandLine } from "../../options/option.ts";
import { ExitCode, isSystemError, printProblem, UsageError, VERSION } from "../../outcome.ts";
import { privilegeHint } from "../../privileges.ts";
import { RunOutput } from "../../output/run_output.ts";
import type { System } from "../../system.ts";
import type { CLOCKDIFF_OPTIONS } from "./options.ts";

/** As clockdiff. */
const PROBES = 50;
/** Without any reply a probe is sent that often; clockdiff takes a second. */
const INTERVAL_MS = 200;
const TIMEOUT_MS = 1000;
/** After this long without any reply a host is down. */
const GIVE_UP_MS = 2000;
const HIGH_BIT = 0x80000000;

/** Why no offset is known, in clockdiff's words. */
class NoOffset extends Error {}

/**
 * Runs `clockdiff` and returns the exit code: 0 or 1.
 *
 * @throws {UsageError} There is not one host.
 */
export async function runClockdiff(
  { options, operands, given }: CommandLine<typeof CLOCKDIFF_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  const [word] = operands;
  if (operands.length !== 1 || word === undefined) {
    throw new UsageError(
      `Cannot compare with ${operands.length} hosts: expected one, as in icmptime clockdiff HOST`,
    );
  }
  const last = [...given].findLast((name) => name === "iso" || name === "time-format");
  const timeFormat = last === "iso" ? "iso" : options["time-format"];
  const isText = system.stdinIsTerminal && system.stdoutIsTerminal;
  try {
    const target = await findTarget(word, system);
    const plan = planProbes(options["three-term"] ? 1 : options["ip-option"] ? 2 : 0);
    const format = isText ? timeFormat : undefined;
    return await measure(target, plan, format, system);
  } catch (error) {
    if (!(error instanceof NoOffset || isSystemError(error))) throw error;
    const hint = isSystemError(error) ? privilegeHint(error, system.diagnostics) : "";
    printProblem(system, "clockdiff", `${error.message}${hint}`);
    return ExitCode.Unanswered;
  }
}

/** One host with a route to it. */
async function findTarget(word: string, system: System): Promise<Target> {
  const { targets, problems } = await listTargets([word], system.resolver);
  const [target] = targets;
  if (target === undefined || targets.length > 1) {
    const { message = "Name or service not known" } = problems[0] ?? {};
    throw new NoOffset(`${word}: ${message}`);
  }
  const route = system.findRoute(target.address);
  if (route.kind === "routed") return target;
  throw new NoOffset(
    `connect: ${route.kind === "broadcast" ? "Permission denied" : reasonOf(route)}`,
  );
}

/** The system's own words, as connect(2) has them. */
function reasonOf({ message }: { readonly message: string }): string {
  return /: ([^:]+) \(E[A-Z]+\)$/.exec(message)?.[1] ?? message;
}

function planProbes(optionStamps: 0 | 1 | 2): RunPlan {
  const isOption = optionStamps > 0;
  return planRun({
    kind: isOption ? "echo" : "timestamp",
    stampsFrom: isOption ? "ip-option" : "message",
    optionStamps: optionStamps === 1 ? 1 : 2,
    rawSocketFor: isOption ? "-o" : undefined,
    originateMs: "random",
    count: PROBES,
    intervalMs: INTERVAL_MS,
    timeoutMs: TIMEOUT_MS,
  });
}

async function measure(
  target: Target,
  plan: RunPlan,
  textFormat: "ctime" | "iso" | undefined,
  system: System,
): Promise<ExitCode> {
  const replies = new ClockdiffReplies();
  let isNonStandard = false;
  return await runFrame(
    {
      openRun: () =>
        ClockRun.open({
          program: { command: "clockdiff", version: VERSION },
          plan,
          targets: [target],
          followsReplies: true,
          giveUpMs: GIVE_UP_MS,
        }, system),
      openOutput: () => RunOutput.open({}, system),
      run: (run, output) =>
        run.run({
          run() {},
          report() {},
          reply(_, reply) {
            replies.add(reply);
            if ((reply.stamps?.receiveMs ?? 0) >= HIGH_BIT) {
              isNonStandard = true;
              run.stop();
            } else if (textFormat !== undefined) {
              system.stdout.writeSync(new TextEncoder().encode("."));
            }
          },
          idle: (nowNs, isBusy) => output.idle(nowNs, isBusy, () => run.snapshot()),
        }),
      showState() {},
      end(result, output) {
        const offsetMs = readOffset(result, isNonStandard);
        const host = target.label;
        const found = { host, offsetMs, replies, finishedAt: new Date() };
        if (textFormat === undefined) output.lines.line(formatClockdiffLine(found));
        else output.lines.line(`\n${formatClockdiffText(found, textFormat)}`);
      },
    },
    system,
    (_, output) => output.hasLost ? ExitCode.Unanswered : ExitCode.Ok,
  );
}

/**
 * The offset that a run has found, in milliseconds.
 *
 * @throws {NoOffset} It has found none.
 */
function readOffset({ clocks }: ClockResult, isNonStandard: boolean): number {
  const [clock] = clocks;
  if (clock === undefined) throw new TypeError("Cannot read a clock: the run has none");
  if (isNonStandard) {
    throw new NoOffset(`${clock.target.label} time transmitted in a non-standard format`);
  }
  const { offsetMs } = clock.state;
  if (offsetMs !== undefined) return offsetMs;
  throw new NoOffset(explainSilence(clock));
}

function explainSilence({ target, counters, state, unsent, icmpError }: ClockEvent): string {
  const { label } = target;
  if (counters.received > 0) {
    return `${label}: not decided: ${undecidedReason(state, counters.received)}`;
  }
  if (icmpError !== undefined) {
    return `${label} is unreachable: ${icmpError.name} from ${icmpError.from}`;
  }
  return unsent === undefined ? `${label} is down` : `${label} is unreachable: ${unsent.message}`;
}
