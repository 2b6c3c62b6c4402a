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
  withCallersRights,
} from "../../ffi/mod.ts";
import { FileSink } from "../terminal/file_sink.ts";
import { type ByteSink, writeAll } from "../terminal/line_sink.ts";
import { MAX_BACKLOG_BYTES, OutputQueue } from "../terminal/output_queue.ts";
import { dispatch } from "./dispatch.ts";
import { SOCKET_MACHINE } from "../machine/run_machine.ts";
import type { ExitCode } from "./outcome.ts";
import { readPieces } from "./read_pieces.ts";
import { replaceFile } from "./replace_file.ts";
import type { RespondMachine } from "../respond/machine.ts";
import type { RunSignal, ScanMachine, WritableFile } from "../run/machine.ts";
import type { ClockFinding, Diagnostics, Files, SocketFinding, System } from "./system.ts";

/** Runs icmptime on this machine with the words of a command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  // Asked before the first wait: half a second after the start the runtime takes SIGHUP over.
  startedWithoutHangup = optional(isHangupIgnored);
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor && !isDumb());
  const exitCode = await dispatch(args, realSystem);
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

const files: Files = {
  openFile,
  readRegularFile,
  replaceFile,
  identifyFile: (path) => withCallersRights(() => identifyFile(path)),
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

const realSystem: System = {
  ...SOCKET_MACHINE,
  scan: scanMachine,
  files,
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

function openFile(path: string, mode: "create" | "keep"): WritableFile {
  const file = openNamed(
    path,
    () => Deno.openSync(path, { write: true, create: mode === "create" }),
  );
  // Now: once root is given up, the path may be out of reach.
  const { isFile } = file.statSync();
  return {
    clear() {
      if (!isFile) return;
      file.truncateSync();
      file.seekSync(0, Deno.SeekMode.Start);
    },
    writeSync: (bytes) => file.writeSync(bytes),
    writeAt(offsetBytes, bytes) {
      file.seekSync(offsetBytes, Deno.SeekMode.Start);
      writeAll(file, bytes);
    },
    close: () => file.close(),
  };
}

/** Links to follow before a chain of them is taken for a ring, as in Linux (path_resolution(7)). */
const MAX_LINKS = 40;

function identifyFile(path: string, links = 0): { id: string; sizeBytes: number } | undefined {
  const found = optional(() => Deno.statSync(path));
  if (found !== undefined) {
    return found.isFile ? { id: `${found.dev} ${found.ino}`, sizeBytes: found.size } : undefined;
  }
  // A link to a file that is not there yet.
  const target = optional(() => Deno.readLinkSync(path));
  const slash = path.lastIndexOf("/");
  const folder = slash < 0 ? "." : path.slice(0, slash + 1);
  if (target !== undefined && links < MAX_LINKS) {
    return identifyFile(target.startsWith("/") ? target : `${folder}/${target}`, links + 1);
  }
  const real = optional(() => Deno.realPathSync(folder));
  return real === undefined ? undefined : { id: `${real}/${path.slice(slash + 1)}`, sizeBytes: 0 };
}

function readRegularFile(path: string, maxBytes: number): string | undefined {
  return optional(() => {
    using file = openNamed(path, () => Deno.openSync(path));
    const { isFile, size } = file.statSync();
    if (!isFile || size > maxBytes) return undefined;
    const bytes = new Uint8Array(size);
    let length = 0;
    for (let read; (read = file.readSync(bytes.subarray(length)) ?? 0) > 0;) length += read;
    return new TextDecoder().decode(bytes.subarray(0, length));
  });
}

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

/** What a question answers, or undefined where this system does not take it. */
function optional<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
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
