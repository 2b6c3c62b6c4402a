/** The options of `exporter`. */

import { DEFAULT_LISTEN, parseListenAddress } from "../../../exporter/config.ts";
import type { CommandSpec, OptionTable, OptionValue } from "../../options/option.ts";
import {
  GENERAL_OPTIONS,
  INTERVAL_OPTION,
  PACKET_OPTIONS,
  TARGET_OPTIONS,
  WAIT_OPTIONS,
} from "../../options/shared_options.ts";
import { text } from "../../options/values.ts";

/** An address to listen on, as it was written. */
function listenAddress(): OptionValue<string> {
  return {
    metavar: "ADDRESS:PORT",
    complete: "none",
    parse(text) {
      if (parseListenAddress(text) !== undefined) return text;
      throw new RangeError(`expected an address and a port, such as ${DEFAULT_LISTEN}`);
    },
  };
}

/** Table of the options of `exporter`. */
export const EXPORTER_OPTIONS = {
  ...INTERVAL_OPTION,
  timeout: WAIT_OPTIONS.timeout,
  echo: { help: "Send echo requests instead of timestamp requests", group: "Probes" },
  ...TARGET_OPTIONS,
  ...PACKET_OPTIONS,
  config: {
    value: text("FILE", "file"),
    fileUse: "read",
    help: "Read groups of targets from FILE, in YAML or JSON",
    group: "Targets",
  },
  check: { help: "Read the configuration and exit", group: "Targets" },
  listen: {
    value: listenAddress(),
    help: "Listen for scrapes on this address and port",
    group: "Output",
    defaultText: DEFAULT_LISTEN,
  },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** `icmptime exporter`: its usage, options, and the rules between them. */
export const EXPORTER_COMMAND: CommandSpec<typeof EXPORTER_OPTIONS> = {
  name: "exporter",
  summary: "Probe hosts without end and serve the numbers to Prometheus",
  operands: "[TARGET...]",
  completeOperand: "host",
  description: [
    "Probes hosts as ping --loop does and serves what they show at /metrics, for Prometheus and whatever reads its " +
    "formats: round-trip times, delay of each direction above its least, remote clocks with their bounds, losses, and " +
    "the state of this machine's own clock and sockets.",
    "A configuration has groups of targets with intervals, messages, labels and sources of their own, users, a " +
    "certificate, and addresses that /probe may probe; docs/exporter.md has all keys. It is read again at SIGHUP. One that " +
    "cannot be used is reported, and the old one stays in use.",
    "Root is given up before the port is opened. Run by deno, it needs --allow-net besides.",
  ],
  options: EXPORTER_OPTIONS,
  requires: [["check", "config"]],
  conflicts: [
    ["config", "interval"],
    ["config", "timeout"],
    ["config", "echo"],
    ["config", "file"],
    ["config", "exclude"],
    ["config", "exclude-file"],
    ["config", "ttl"],
    ["config", "tos"],
    ["config", "interface"],
    ["config", "mark"],
  ],
  exitCodes: [
    [0, "A signal ended it, or the configuration can be used"],
    [2, "No name resolved, or a line of a file cannot be used and no target is left"],
    [3, "The command line or the configuration is wrong"],
    [4, "The system refused a call, or the port is in use"],
  ],
  examples: [
    ["icmptime exporter 192.0.2.7 192.0.2.8", "serve two hosts at http://127.0.0.1:9877/metrics"],
    [
      "icmptime exporter -i 10s -f hosts.txt --listen :9877",
      "serve a list of hosts to the network",
    ],
  ],
};
