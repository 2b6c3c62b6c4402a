/** `icmptime doctor`: whether this machine can measure, and how well. */

import { green, red, yellow } from "../../../terminal/color.ts";
import { formatAddress } from "../../../packet/mod.ts";
import { jsonFormatter } from "../../../record/field.ts";
import {
  type Finding,
  FINDING_FIELDS,
  type FindingEvent,
  type FindingState,
} from "../../../record/finding_record.ts";
import { listTargets } from "../../../targets/target_list.ts";
import type { CommandLine } from "../../options/option.ts";
import { ExitCode, isSystemError, UsageError, VERSION } from "../../outcome.ts";
import { printText } from "../../output/output_file.ts";
import { ECHO_HINT, privilegeHint } from "../../privileges.ts";
import type { DOCTOR_OPTIONS } from "./options.ts";
import type { System } from "../../system.ts";
import { NO_BREAK, terminalColumns, USUAL_COLUMNS, wrap } from "../../../terminal/width.ts";

/**
 * Runs `doctor` and returns the exit code: 0 when measuring works, 2 when the target does not resolve, else 4.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runDoctor(
  { options, operands }: CommandLine<typeof DOCTOR_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  const [target, ...others] = operands;
  if (others.length > 0) {
    throw new UsageError("Cannot examine several targets: expected one at most");
  }
  const socket = socketFinding(system);
  const findings: Finding[] = [
    programFinding(),
    socket,
    await echoFinding(system, socket),
    ...stampFindings(system),
    ...await routesFindings(system),
    clockFinding(system),
  ];
  findings.push(...privilegeFindings(system));
  let unresolved = false;
  if (target !== undefined) {
    const { targets, problems } = await listTargets([target], system.resolver);
    const [problem] = problems;
    if (problem?.kind === "invalid") {
      throw new UsageError(`Cannot probe ${target}: ${problem.message}`);
    }
    unresolved = problem !== undefined;
    findings.push(
      problem === undefined
        ? routeFinding(system, (targets[0]?.address ?? 0) >>> 0)
        : { check: "target", state: "fail", detail: `${target}: ${problem.message}` },
    );
    if (problem === undefined) findings.push(traceFinding(target));
  }
  const text = options.json
    ? formatRecords(findings)
    : formatFindings(findings, system.stdoutIsTerminal ? terminalColumns() : USUAL_COLUMNS);
  const printed = await printText(system, `${text}\n`);
  if (printed !== ExitCode.Ok) return printed;
  if (unresolved) return ExitCode.Unresolved;
  return findings.some(({ state }) => state === "fail") ? ExitCode.System : ExitCode.Ok;
}

function programFinding(): Finding {
  const { os, arch } = Deno.build;
  const form = Deno.build.standalone ? "one binary" : "run by deno";
  const detail =
    `icmptime ${VERSION}, ${form} (Deno ${Deno.version.deno}, V8 ${Deno.version.v8}), ${os} ${arch}`;
  return { check: "program", state: "ok", detail };
}

function socketFinding({ diagnostics }: System): Finding {
  const socket = diagnostics.trySocket();
  if (!socket.ok) {
    const detail = `${socket.error.message}${privilegeHint(socket.error, diagnostics)}`;
    return { check: "raw socket", state: "fail", detail };
  }
  const why = diagnostics.hasNetRaw() === true ? " (CAP_NET_RAW)" : "";
  return { check: "raw socket", state: "ok", detail: `can be opened${why}` };
}

/** Gives root up as a run does; a finding where that fails, since a run ends there, and where some of it is left. */
function privilegeFindings(system: System): Finding[] {
  try {
    const remainder = system.dropPrivileges();
    return remainder === undefined ? [] : [{ check: "root", state: "warn", detail: remainder }];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const detail = `${error.message}${privilegeHint(error, system.diagnostics)}`;
    return [{ check: "root", state: "fail", detail }];
  }
}

/** Whether echo works without the privilege that raw sockets need. */
async function echoFinding({ diagnostics }: System, { state }: Finding): Promise<Finding> {
  const error = await diagnostics.tryEchoSocket();
  if (error === undefined) {
    const detail =
      "'ping --echo' and 'fping' also work without privilege (net.ipv4.ping_group_range)";
    return { check: "echo", state: "ok", detail };
  }
  const hint = isSystemError(error) && error.code === "EACCES"
    ? `this group may not open echo sockets, allow it with ${ECHO_HINT}`
    : error.message;
  return { check: "echo", state, detail: `only with raw sockets: ${hint}` };
}

function stampFindings({ diagnostics }: System): Finding[] {
  const socket = diagnostics.trySocket();
  if (!socket.ok) return [];
  return [
    ...socket.refusals.map(({ message }): Finding => ({
      check: "option",
      state: "warn",
      detail: `${message}; runs go on without`,
    })),
    socket.stampSource === "kernel"
      ? {
        check: "stamps",
        state: "ok",
        detail: "taken by the kernel: at the queue, at the driver, on receipt",
      }
      : {
        check: "stamps",
        state: "warn",
        detail:
          "taken in user space: the kernel offers none, round-trip times are about 50 µs too long",
      },
  ];
}

/** A finding where the kernel's routes cannot be read, as in a sandbox without netlink. */
async function routesFindings({ diagnostics }: System): Promise<Finding[]> {
  const error = await diagnostics.tryRoutes();
  if (error === undefined) return [];
  const detail = `${error.message}; scans use a raw socket and do not notice a new route`;
  return [{ check: "routes", state: "warn", detail }];
}

function clockFinding({ diagnostics }: System): Finding {
  const clock = diagnostics.readClock();
  if (clock === undefined) {
    return {
      check: "clock",
      state: "warn",
      detail: "its state is unknown: the kernel does not report it",
    };
  }
  const rate = `rate corrected by ${clock.frequencyPpm.toFixed(3)} ppm`;
  if (!clock.synchronised) {
    return {
      check: "clock",
      state: "warn",
      detail: `not synchronised, ${rate}: offsets are relative to an unsynchronised clock`,
    };
  }
  const bound = (clock.maximumErrorUs / 1e3).toFixed(3);
  const estimate = (clock.estimatedErrorUs / 1e3).toFixed(3);
  const detail = `synchronised, within ${bound} ms, about ${estimate} ms off, ${rate}`;
  return { check: "clock", state: "ok", detail };
}

function routeFinding(system: System, address: number): Finding {
  const route = system.findRoute(address);
  const to = formatAddress(address);
  if (route.kind === "broadcast") {
    return {
      check: "route",
      state: "fail",
      detail: `${to} is a broadcast address, expected a host`,
    };
  }
  if (route.kind === "unreachable") {
    return { check: "route", state: "fail", detail: route.message };
  }
  const { interfaceName } = route;
  const through = interfaceName === undefined ? "" : ` through ${interfaceName}`;
  const stamps = interfaceName === undefined
    ? undefined
    : system.diagnostics.stampsTransmit(interfaceName);
  const detail = `${to} from ${formatAddress(route.source)}${through}`;
  if (stamps === false) {
    const remark = "the driver does not timestamp sent packets; send times are taken in user space";
    return { check: "route", state: "warn", detail: `${detail}; ${remark}` };
  }
  return { check: "route", state: "ok", detail };
}

/** Doctor itself sends nothing. */
function traceFinding(target: string): Finding {
  const detail = `icmptime trace ${target} shows whether it answers, and where requests end`;
  return { check: "path", state: "ok", detail };
}

function formatRecords(findings: readonly Finding[]): string {
  const time = Date.now() / 1e3;
  const format = jsonFormatter<FindingEvent>("finding", FINDING_FIELDS);
  return findings.map((finding) => format({ ...finding, time })).join("\n");
}

const STATE_TEXT: Readonly<Record<FindingState, string>> = {
  ok: "ok  ",
  warn: "warn",
  fail: "FAIL",
};
const STATE_COLOR = { ok: green, warn: yellow, fail: red } as const;

/** Columns before what was found. */
const LEAD_COLUMNS = 18;

function formatFindings(findings: readonly Finding[], columns: number): string {
  return findings.map(({ check, state, detail }) => {
    // A command is copied as a whole.
    const whole = detail.replace(/'[^']+'/g, (command) => command.replaceAll(" ", NO_BREAK));
    return `${STATE_COLOR[state](STATE_TEXT[state])}  ${check.padEnd(10)}  ` +
      wrap(whole, columns, LEAD_COLUMNS, LEAD_COLUMNS);
  }).join("\n");
}
