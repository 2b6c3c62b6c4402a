/** The composition root: gives the commands the real machine, with streams, files and signals. */

import { setColorEnabled } from "../terminal/color.ts";
import {
  giveUpPrivileges,
  isFileCapabilityIgnored,
  isHangupIgnored,
  listInterfaceAddresses,
  lookUpAddress,
  openNamed,
  OutputDescriptor,
  RawSocket,
  readClockDiscipline,
  readHostName,
  readNetworkCapabilities,
  readStampSupport,
  requireSignalDescriptors,
} from "../../ffi/mod.ts";
import { FileSink } from "../terminal/file_sink.ts";
import type { ByteSink } from "../terminal/line_sink.ts";
import { MAX_BACKLOG_BYTES, OutputQueue } from "../terminal/output_queue.ts";
import { dispatch } from "./dispatch.ts";
import { SOCKET_MACHINE } from "../machine/run_machine.ts";
import { optional } from "./optional.ts";
import type { ExitCode } from "./outcome.ts";
import { readPieces } from "./read_pieces.ts";
import { FILES } from "./real_files.ts";
import type { RespondMachine } from "../respond/machine.ts";
import type { RunSignal, ScanMachine } from "../run/machine.ts";
import type { ClockFinding, Diagnostics, SocketFinding, System } from "./system.ts";

/** Runs icmptime on this machine, or on a variation of it, with the words of a command line; returns the exit code. */
export async function run(
  args: readonly string[],
  system: System = realSystem,
): Promise<ExitCode> {
  // Asked before the first wait: half a second after the start the runtime takes SIGHUP over.
  startedWithoutHangup = optional(isHangupIgnored);
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor && !isDumb());
  const exitCode = await dispatch(args, system);
  await stderr?.drain();
  return exitCode;
}

/** A terminal without escapes: no colours, and no line that is written over. */
function isDumb(): boolean {
  return Deno.env.get("TERM") === "dumb";
}

/** Opened when first written to: a run with all output in a file needs neither. */
let stdout: ByteSink | undefined, stderr: OutputQueue | undefined;

/** Standard output or error; by way of the runtime where it gives no access to the system's own functions. */
function openStandard(descriptor: 1 | 2): ByteSink {
  try {
    return new FileSink(new OutputDescriptor(descriptor));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    return descriptor === 1 ? Deno.stdout : Deno.stderr;
  }
}

const diagnostics: Diagnostics = {
  trySocket,
  tryEchoSocket,
  tryRoutes: async () => (await import("../../ffi/linux/netlink_message.ts")).whyNoNetlink(),
  readClock,
  stampsTransmit,
  hasNetRaw,
  isFileCapabilityIgnored: () => optional(isFileCapabilityIgnored) ?? false,
};

const scanMachine: ScanMachine = {
  ...SOCKET_MACHINE.scan,
  hostName: readHostName,
};

/** Loaded only when it answers: start-up time is part of the tool. */
const respondMachine: RespondMachine = {
  listAddresses: (name) => listInterfaceAddresses().filter((each) => each.name === name),
  openInterface: async (name) =>
    (await import("../../ffi/linux/answer_socket.ts")).AnswerSocket.open(name),
  silenceKernel: async () => (await import("../../ffi/linux/silent_kernel.ts")).SilentKernel.open(),
  kernelAnswersEcho: async () => (await import("../../ffi/linux/silent_kernel.ts")).answersEcho(),
  openTun: async (request) =>
    (await import("../../ffi/linux/tun_device.ts")).TunDevice.open(request),
};

/** This machine. */
export const realSystem: System = {
  ...SOCKET_MACHINE,
  scan: scanMachine,
  files: FILES,
  diagnostics,
  respond: respondMachine,
  get stdout() {
    return stdout ??= openStandard(1);
  },
  get stderr() {
    return stderr ??= new OutputQueue(openStandard(2), () => {}, MAX_BACKLOG_BYTES);
  },
  get stdinIsTerminal() {
    return Deno.stdin.isTerminal();
  },
  stdoutIsTerminal: Deno.stdout.isTerminal(),
  stderrIsTerminal: Deno.stderr.isTerminal() && !isDumb(),
  openTerminal,
  readBytes,
  openAppend: (path) => openNamed(path, () => OutputDescriptor.openAppend(path)),
  async loadConnectionBreaker() {
    const { breakConnection } = await import("../../ffi/posix/tcp_connection.ts");
    return (local, remote) => optional(() => breakConnection(local, remote)) ?? false;
  },
  lookUpAddress,
  dropPrivileges: giveUpPrivileges,
  onSignal,
};

function trySocket(): SocketFinding {
  const refusals: Error[] = [];
  try {
    using socket = RawSocket.open({ onTrouble: (error) => void refusals.push(error) });
    socket.droppedDatagrams();
    return { ok: true, stampSource: socket.stampSource, refusals };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ok: false, error };
  }
}

async function tryEchoSocket(): Promise<Error | undefined> {
  const { EchoSocket } = await import("../../ffi/linux/echo_socket.ts");
  try {
    EchoSocket.open().close();
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error;
  }
}

function readClock(): ClockFinding | undefined {
  return optional(readClockDiscipline);
}

function stampsTransmit(interfaceName: string): boolean | undefined {
  return optional(() => readStampSupport(interfaceName).transmitSoftware);
}

function hasNetRaw(): boolean | undefined {
  return optional(() => readNetworkCapabilities().netRaw);
}

/** Loaded only for a screen: start-up time is part of the tool. */
async function openTerminal() {
  const { openTerminal } = await import("./output/screen_terminal.ts");
  const { stopProcess } = await import("../../ffi/posix/job_control.ts");
  const { readKeyBytes } = await import("../../ffi/posix/key_input.ts");
  return openTerminal({ output: realSystem.stdout, stop: stopProcess, readKeys: readKeyBytes });
}

async function* readBytes(path: string): AsyncGenerator<Uint8Array, void, void> {
  using file = path === "-" ? undefined : openNamed(path, () => Deno.openSync(path));
  yield* readPieces(file ?? Deno.stdin);
}

const ENDING: ReadonlySet<RunSignal> = new Set(["SIGINT", "SIGTERM", "SIGHUP"]);
/** Whether SIGHUP was ignored at the start; undefined where this system does not say so. */
let startedWithoutHangup: boolean | undefined;
let hasListened = false;

function onSignal(signal: RunSignal, handler: () => void): () => void {
  if (!hasListened) requireSignalDescriptors();
  hasListened = true;
  // A program started with nohup(1) is to outlive the terminal. Without any listener the runtime would end it.
  const isIgnored = signal === "SIGHUP" && startedWithoutHangup === true;
  const listener = () => {
    if (isIgnored) return;
    // A signal to end does not wait for a standard error that no process reads.
    if (ENDING.has(signal)) stderr?.hurry();
    handler();
  };
  Deno.addSignalListener(signal, listener);
  return () => Deno.removeSignalListener(signal, listener);
}
