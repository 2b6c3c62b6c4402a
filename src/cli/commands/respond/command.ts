/** `icmptime respond`: from words to exit code. */

import { RESPOND_JSON } from "../../../record/respond_record.ts";
import {
  formatRespondEnd,
  formatRespondStart,
  formatScenarioKeys,
  RespondStatus,
} from "../../../report/respond_text.ts";
import { ResponderRun } from "../../../respond/responder_run.ts";
import type { Scenario } from "../../../respond/scenario.ts";
import { type OpenRun, runFrame } from "../../../run/run_frame.ts";
import { LineSink } from "../../../terminal/line_sink.ts";
import type { CommandLine } from "../../options/option.ts";
import { ExitCode, VERSION } from "../../outcome.ts";
import { hasLostOutput, printOutputError, printText } from "../../output/output_file.ts";
import { RunOutput } from "../../output/run_output.ts";
import type { System } from "../../system.ts";
import { type OpenLink, openLink, type RespondOptions } from "./open_link.ts";
import type { RESPOND_OPTIONS } from "./options.ts";
import { chooseScenario } from "./scenario.ts";

/**
 * Runs `respond` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runRespond(
  { options, operands, given }: CommandLine<typeof RESPOND_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  if (options["list-keys"]) return await printText(system, formatScenarioKeys());
  const scenario = await chooseScenario(options, given.has("seed"), system);
  if (scenario === undefined) return ExitCode.Usage;
  let opened: RespondSession | undefined;
  return await runFrame(
    {
      async openRun() {
        const link = await openLink(options, operands, system);
        return opened = new RespondSession(options, link, scenario, system);
      },
      openOutput: () => RunOutput.open({ path: options.log }, system),
      run: (session, output) => session.run(output),
      showState: (session, output) => session.showState(output),
      async end(reason, output) {
        await opened?.end(reason, output);
      },
    },
    system,
    (_, output) => opened?.hasLostText || output.hasLost ? ExitCode.System : ExitCode.Ok,
  );
}

/** A responder whose link is open, its text, and its log. */
class RespondSession implements OpenRun {
  readonly #options: RespondOptions;
  readonly #open: OpenLink;
  readonly #scenario: Scenario;
  readonly #run: ResponderRun;
  readonly #startNs: number;
  readonly #status: RespondStatus | undefined;
  /** Text; undefined where the log goes to standard output, and with `--quiet`. */
  readonly #text: LineSink | undefined;

  constructor(options: RespondOptions, open: OpenLink, scenario: Scenario, system: System) {
    this.#options = options;
    this.#open = open;
    this.#scenario = scenario;
    this.#run = new ResponderRun(open.link, {
      scenario,
      addresses: open.addresses,
      ratePps: options.rate,
      busy: options.busy,
      durationMs: options.deadline,
    });
    this.#startNs = open.link.clock.monotonicNs();
    const isSilent = options.quiet || options.log === "-";
    this.#status = system.stderrIsTerminal && !isSilent
      ? new RespondStatus(system.stderr)
      : undefined;
    this.#text = isSilent ? undefined : new LineSink(system.stdout, (error) => {
      this.#status?.erase();
      printOutputError(error, system);
      this.stop();
    });
  }

  /** Text was lost that had a reader. */
  get hasLostText(): boolean {
    return this.#text !== undefined && hasLostOutput(this.#text);
  }

  async run(output: RunOutput): Promise<"stopped" | "complete"> {
    const { link, addresses, ownAddress } = this.#open;
    const { lines } = output;
    const hasLog = this.#options.log !== undefined;
    if (hasLog) lines.line(this.#describeRun());
    lines.flush();
    this.#print([formatRespondStart(addresses, link.name, ownAddress)]);
    return await this.#run.run({
      ...(hasLog
        ? {
          answered: (answered, unixMs, arrivedNs) =>
            lines.line(RESPOND_JSON.answer({ ...answered, unixMs, arrivedNs })),
        }
        : {}),
      idle: (nowNs) => {
        lines.flush();
        this.#status?.show(nowNs, this.#run.responder.counts, this.#elapsedS());
        return lines.room();
      },
    });
  }

  showState(output: RunOutput): void {
    output.lines.flush();
    this.#printCounts();
  }

  async end(reason: "stopped" | "complete", output: RunOutput): Promise<void> {
    const { link } = this.#open;
    if (this.#options.log !== undefined) {
      output.lines.line(RESPOND_JSON.end({
        time: this.#unixS(),
        // Its time was over.
        reason: reason === "complete" ? "deadline" : reason,
        exitCode: output.hasLost ? ExitCode.System : ExitCode.Ok,
        durationS: this.#elapsedS(),
        counts: this.#run.responder.counts,
        drops: link.drops(),
      }));
    }
    this.#printCounts();
    await this.#text?.drain();
  }

  stop(): void {
    this.#run.stop();
  }

  close(): void {
    this.#status?.erase();
    this.#open.close();
  }

  #describeRun(): string {
    const { link, addresses } = this.#open;
    return RESPOND_JSON.run({
      version: VERSION,
      command: "respond",
      time: this.#unixS(),
      interfaceName: link.name,
      addresses: String(addresses),
      seed: this.#scenario.seed,
      ratePps: this.#options.rate,
    });
  }

  #printCounts(): void {
    const { link } = this.#open;
    this.#print(formatRespondEnd(this.#run.responder.counts, this.#elapsedS(), link.drops()));
  }

  #print(lines: readonly string[]): void {
    this.#status?.erase();
    for (const line of lines) this.#text?.line(line);
    this.#text?.flush();
  }

  #elapsedS(): number {
    return (this.#open.link.clock.monotonicNs() - this.#startNs) / 1e9;
  }

  #unixS(): number {
    const { clock } = this.#open.link;
    return clock.baseUnixMs / 1e3 + clock.now().realtimeNs / 1e9;
  }
}
