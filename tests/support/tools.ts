/**
 * Tests that need more than this repository: root, network namespaces, programs of others.
 *
 * Where something is missing the test is skipped, and its name says why. With REQUIRE_TOOLS=1
 * (CI) it is not skipped but fails, so that a green run means that everything was there.
 */

/** What a test needs from the machine. */
export interface Requirements {
  /** Programs that must be in PATH. */
  readonly tools?: readonly string[];
  /** Must run as root. */
  readonly root?: boolean;
  /** Must be able to make network namespaces; implies root and `ip`. */
  readonly namespaces?: boolean;
  /** Anything else: a sentence that says what is missing, or undefined when it is there. */
  readonly missing?: string | undefined;
}

/** A test's name and what it needs. */
export interface SystemTest extends Requirements {
  /** Name of the test. */
  readonly name: string;
}

/** Path of a program, or undefined when it is not installed. */
export function findTool(name: string): string | undefined {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${directory}/${name}`;
    try {
      const info = Deno.statSync(path);
      if (info.isFile && ((info.mode ?? 0) & 0o111) !== 0) return path;
    } catch {
      // Not in this directory.
    }
  }
  return undefined;
}

/** Path of a program that the test said it needs. Throws when it is not installed. */
export function requireTool(name: string): string {
  const path = findTool(name);
  if (path === undefined) throw new Error(`Cannot find ${name}: it is not in PATH`);
  return path;
}

/** True where CI demands that nothing is skipped. */
export function toolsAreRequired(): boolean {
  return Deno.env.get("REQUIRE_TOOLS") === "1";
}

let namespaceTrouble: { readonly reason: string | undefined } | undefined;

/** Why network namespaces cannot be made here; asked of the kernel once, by making one. */
function whyNoNamespaces(): string | undefined {
  if (namespaceTrouble !== undefined) return namespaceTrouble.reason;
  const ip = findTool("ip");
  let reason: string | undefined;
  if (ip === undefined) {
    reason = "ip is not installed";
  } else {
    const name = `icmptime-${Deno.pid}-0`;
    const made = new Deno.Command(ip, { args: ["netns", "add", name] }).outputSync();
    if (made.success) new Deno.Command(ip, { args: ["netns", "del", name] }).outputSync();
    else reason = "network namespaces cannot be made here";
  }
  namespaceTrouble = { reason };
  return reason;
}

/** What is missing for a test, as one clause; undefined when nothing is. */
export function whatIsMissing(requirements: Requirements): string | undefined {
  if ((requirements.root || requirements.namespaces) && Deno.uid() !== 0) return "needs root";
  const absent = (requirements.tools ?? []).filter((name) => findTool(name) === undefined);
  if (absent.length > 0) {
    return `${absent.join(", ")} ${absent.length === 1 ? "is" : "are"} not installed`;
  }
  if (requirements.namespaces) {
    const reason = whyNoNamespaces();
    if (reason !== undefined) return reason;
  }
  return requirements.missing;
}

/**
 * Registers a test that needs something of the machine.
 *
 * @example
 * systemTest({ name: "tcpdump reads our request", tools: ["tcpdump"], namespaces: true }, async () => {
 *   await using pair = await VethPair.open();
 *   // …
 * });
 */
export function systemTest(
  test: SystemTest,
  fn: (context: Deno.TestContext) => void | Promise<void>,
): void {
  const missing = whatIsMissing(test);
  if (missing === undefined) {
    Deno.test(test.name, fn);
  } else if (toolsAreRequired()) {
    Deno.test(test.name, () => {
      throw new Error(`Cannot run with REQUIRE_TOOLS=1: ${missing}`);
    });
  } else {
    Deno.test({ name: `${test.name} (skipped: ${missing})`, ignore: true, fn });
  }
}
