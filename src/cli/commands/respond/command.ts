/** `icmptime respond`: from words to exit code. */

import { formatAddress, parseAddress } from "../../../packet/mod.ts";
import {
  formatRespondEnd,
  formatRespondStart,
  formatScenarioKeys,
  RespondStatus,
} from "../../../report/respond_text.ts";
import {
  AnsweredAddresses,
  mayBelongToOthers,
  whyForbidden,
} from "../../../respond/address_policy.ts";
import type { NamedLink } from "../../../respond/machine.ts";
import type { Scenario } from "../../../respond/scenario.ts";
import { ResponderRun } from "../../../respond/responder_run.ts";
import { blockSize, formatBlock } from "../../../targets/block.ts";
import { LineSink } from "../../../terminal/line_sink.ts";
import type { CommandLine, Parsed } from "../../option.ts";
import { ExitCode, UsageError } from "../../outcome.ts";
import { hasLostOutput, printOutputError, printText } from "../../output.ts";
import { giveUpPrivileges } from "../../privileges.ts";
import type { System } from "../../system.ts";
import type { RESPOND_OPTIONS } from "./options.ts";
import { chooseScenario } from "./scenario.ts";
import type { Network } from "./values.ts";

type RespondOptions = Parsed<typeof RESPOND_OPTIONS>;

/** What is open and known when answering starts. */
interface RespondSetup {
  readonly link: NamedLink;
  readonly addresses: AnsweredAddresses;
  readonly ownAddress: number | undefined;
  readonly scenario: Scenario;
}

/**
 * Runs `respond` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runRespond(
  { options, operands, given }: CommandLine<typeof RESPOND_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  if (operands.length > 0) {
    throw new UsageError(`Cannot answer for ${operands[0]}: expected --tun BLOCK`);
  }
  if (options["list-keys"]) return await printText(system, formatScenarioKeys());
  if (options.tun === undefined) {
    throw new UsageError("Cannot answer: for no address, expected --tun BLOCK");
  }
  const block = checkBlock(options.tun, options.yes);
  const ownAddress = chooseOwnAddress(block, options["own-address"]);
  const scenario = await chooseScenario(options, given.has("seed"), system);
  if (scenario === undefined) return ExitCode.Usage;
  const { first, prefixBits } = block;
  const link = await system.respond.openTun({
    name: options["tun-name"],
    first,
    prefixBits,
    ownAddress,
  });
  try {
    giveUpPrivileges(system);
    const addresses = AnsweredAddresses.ofNetwork(
      block,
      ownAddress === undefined ? [] : [ownAddress],
    );
    return await answer(options, { link, addresses, ownAddress, scenario }, system);
  } finally {
    link.close();
  }
}

async function answer(
  options: RespondOptions,
  { link, addresses, ownAddress, scenario }: RespondSetup,
  system: System,
): Promise<ExitCode> {
  const run = new ResponderRun(link, {
    scenario,
    addresses,
    ratePps: options.rate,
    busy: options.busy,
    durationMs: options.deadline,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    system.onSignal(signal, () => run.stop());
  }
  const { counts } = run.responder;
  const output = new LineSink(system.stdout, (error) => {
    printOutputError(error, system);
    run.stop();
  });
  const print = (lines: readonly string[]) => {
    if (options.quiet) return;
    for (const line of lines) output.line(line);
    output.flush();
  };
  const startNs = link.clock.monotonicNs();
  const elapsedS = () => (link.clock.monotonicNs() - startNs) / 1e9;
  const status = system.stderrIsTerminal && !options.quiet
    ? new RespondStatus(system.stderr)
    : undefined;
  system.onSignal("SIGQUIT", () => {
    status?.erase();
    print(formatRespondEnd(counts, elapsedS()));
  });
  print([formatRespondStart(addresses, link.name, ownAddress)]);
  await run.run({
    idle: (nowNs) => {
      status?.show(nowNs, counts, elapsedS());
      return undefined;
    },
  });
  status?.erase();
  print(formatRespondEnd(counts, elapsedS()));
  await output.drain();
  return hasLostOutput(output) ? ExitCode.System : ExitCode.Ok;
}

/** Checks that one may answer for a block. */
function checkBlock(block: Network, yes: boolean): Network {
  const forbidden = whyForbidden(block);
  if (forbidden !== undefined) {
    throw new UsageError(`Cannot answer for ${formatBlock(block)}: ${forbidden}`);
  }
  if (mayBelongToOthers(block) && !yes) {
    throw new UsageError(
      `Cannot answer for ${
        formatBlock(block)
      }: it may have hosts of others, whom this machine could no longer ` +
        "reach; expected private or documentation space, or --yes",
    );
  }
  return block;
}

/** The address of this machine in the block: its last host, or what was asked for; undefined for none. */
function chooseOwnAddress(block: Network, asked: string | undefined): number | undefined {
  if (asked === "none") return undefined;
  if (asked === undefined) return blockSize(block) >= 4 ? block.last - 1 : undefined;
  const address = parseAddress(asked);
  if (address === undefined) {
    throw new UsageError(`Cannot use --own-address ${asked}: expected an IPv4 address, or none`);
  }
  const isEnd = blockSize(block) >= 4 && (address === block.first || address === block.last);
  if (address < block.first || address > block.last || isEnd) {
    throw new UsageError(
      `Cannot use --own-address ${formatAddress(address)}: expected a host of ${
        formatBlock(block)
      }`,
    );
  }
  return address;
}
