import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  findGrantCircles,
  findLongModules,
  findModuleCircles,
  findUnshippedPackages,
  findUnusedGrants,
  findWrongCalls,
  findWrongImports,
  layerOf,
  MAX_LINES,
} from "../../../tools/layers.ts";

const ALLOWED_IMPORTS: readonly (readonly [string, string])[] = [
  ["src/packet/emit.ts", "src/packet/octets.ts"],
  ["src/packet/emit.ts", "src/time/instant.ts"],
  ["src/clock/consensus.ts", "src/measurement/tick.ts"],
  ["src/scan/sweep.ts", "src/targets/block.ts"],
  ["src/report/text.ts", "src/scan/sweep.ts"],
  ["src/cli/options/command_line.ts", "npm:/deno-std@1.4.0/cli/parse_args.js"],
  ["src/cli/run.ts", "ffi/mod.ts"],
  ["src/cli/options/help.ts", "deno.json"],
  ["ffi/posix/raw_socket.ts", "ffi/posix/libc.ts"],
  ["main.ts", "src/cli/run.ts"],
  ["src/machine/run_machine.ts", "ffi/mod.ts"],
  ["src/mod.ts", "src/library/ping.ts"],
  ["tests/cli/formats_test.ts", "npm:/ajv@8.20.0/dist/2020.js"],
  ["tests/unit/packet/emit_test.ts", "src/packet/emit.ts"],
  ["tests/system/raw_socket_test.ts", "ffi/mod.ts"],
  ["tests/lab/main.ts", "tests/lab/tun.ts"],
  ["bench/peers.ts", "tests/support/namespace.ts"],
];

const FORBIDDEN_IMPORTS: readonly (readonly [string, string])[] = [
  ["src/time/day.ts", "src/packet/emit.ts"],
  ["src/time/day.ts", "npm:/deno-std@1.4.0/fmt/colors.js"],
  ["src/packet/emit.ts", "ffi/mod.ts"],
  ["src/cli/options/help.ts", "ffi/mod.ts"],
  ["src/measurement/reading.ts", "src/stats/moments.ts"],
  ["src/report/text.ts", "src/cli/run.ts"],
  ["src/cli/run.ts", "tests/support/tools.ts"],
  ["src/cli/run.ts", "main.ts"],
  ["src/report/text.ts", "npm:/ajv@8.20.0/dist/2020.js"],
  ["src/library/ping.ts", "src/report/text.ts"],
  ["src/library/outcome_queue.ts", "ffi/mod.ts"],
  ["src/unplaced.ts", "src/time/day.ts"],
  ["ffi/posix/raw_socket.ts", "src/time/instant.ts"],
  ["main.ts", "ffi/mod.ts"],
  ["tests/lab/reflector.ts", "src/packet/emit.ts"],
  ["tests/lab/tun.ts", "ffi/posix/libc.ts"],
];

for (const [from, to] of ALLOWED_IMPORTS) {
  Deno.test(`${from} may import ${to}`, () => {
    assertEquals(findWrongImports([{ from, to }]), []);
  });
}

for (const [from, to] of FORBIDDEN_IMPORTS) {
  Deno.test(`${from} may not import ${to}`, () => {
    const [line = "", ...others] = findWrongImports([{ from, to }]);
    assertStringIncludes(line, `${from}: may not import ${to} (`);
    assertEquals(others, []);
  });
}

Deno.test("ffi may import types of the ports alone", () => {
  const from = "ffi/posix/raw_socket.ts";
  const port = "src/probe/transport.ts";
  assertEquals(findWrongImports([{ from, to: port, isTypeOnly: true }]), []);
  assertEquals(findWrongImports([{ from, to: port, isTypeOnly: false }]).length, 1);
  const other = "src/probe/prober.ts";
  assertEquals(findWrongImports([{ from, to: other, isTypeOnly: true }]).length, 1);
});

Deno.test("a grant that no import uses is a violation", () => {
  const grants = { time: [], packet: ["time"], clock: ["time", "packet"] };
  const imports = [
    { from: "src/packet/emit.ts", to: "src/time/day.ts" },
    { from: "src/clock/fit.ts", to: "src/time/day.ts", isTypeOnly: true },
    { from: "tests/unit/clock/fit_test.ts", to: "src/packet/emit.ts" },
  ];
  assertEquals(findUnusedGrants(imports, grants), [
    "tools/layers.ts: clock is granted packet, which no module there imports",
  ]);
  const last = { from: "src/clock/fit.ts", to: "src/packet/emit.ts" };
  assertEquals(findUnusedGrants([...imports, last], grants), []);
});

Deno.test("a circle of grants is a violation, and there is none", () => {
  assertEquals(findGrantCircles(), []);
  assertEquals(
    findGrantCircles({ time: [], run: ["time", "record"], record: ["report"], report: ["run"] }),
    ["tools/layers.ts: a circle of layers: run → record → report → run"],
  );
});

Deno.test("a circle of modules is a violation, unless an import in it is of types, or made later", () => {
  const imports = [
    { from: "src/run/a.ts", to: "src/run/b.ts" },
    { from: "src/run/b.ts", to: "src/run/c.ts" },
    { from: "src/run/a.ts", to: "src/run/c.ts" },
  ];
  assertEquals(findModuleCircles(imports), []);
  const back = { from: "src/run/c.ts", to: "src/run/a.ts" };
  assertEquals(findModuleCircles([...imports, { ...back, isTypeOnly: true }]), []);
  assertEquals(findModuleCircles([...imports, { ...back, isDynamic: true }]), []);
  assertEquals(findModuleCircles([...imports, back]), [
    "a circle of imports: src/run/a.ts → src/run/b.ts → src/run/c.ts → src/run/a.ts",
  ]);
});

Deno.test("a layer is the folder below src, or the folder at the top", () => {
  assertEquals(layerOf("src/packet/emit.ts"), "packet");
  assertEquals(layerOf("src/packet/deep/emit.ts"), "packet");
  assertEquals(layerOf("ffi/posix/libc.ts"), "ffi");
  assertEquals(layerOf("tests/lab/tun.ts"), "lab");
  assertEquals(layerOf("npm:/deno-std@1.4.0/fmt/colors.js"), "packages");
});

const CALLS = {
  dlopen: 'const libc = Deno.dlopen("libc.so.6", {});',
  pointer: "const view = new Deno\n  .UnsafePointerView(pointer);",
  exit: "if (failed) Deno.exit(1);",
};

Deno.test("unsafe calls belong in ffi", () => {
  for (const text of [CALLS.dlopen, CALLS.pointer]) {
    assertEquals(findWrongCalls([{ path: "ffi/posix/libc.ts", text }]), []);
    assertEquals(findWrongCalls([{ path: "src/probe/prober.ts", text }]).length, 1);
    assertEquals(findWrongCalls([{ path: "tools/compile.ts", text }]).length, 1);
  }
});

Deno.test("only main.ts ends the process", () => {
  assertEquals(findWrongCalls([{ path: "main.ts", text: CALLS.exit }]), []);
  assertEquals(findWrongCalls([{ path: "src/cli/run.ts", text: CALLS.exit }]), [
    "src/cli/run.ts: may not use Deno.exit (only main modules may)",
  ]);
  assertEquals(findWrongCalls([{ path: "tools/compile.ts", text: "Deno.exitCode = 1;" }]), []);
});

Deno.test("naming a call in a comment or in a string is not calling it", () => {
  const text = [
    "/** Never Deno.exit. */",
    "// Deno.dlopen is elsewhere",
    'const words = ["Deno.exit", `${name}: Deno.dlopen`];',
  ].join("\n");
  assertEquals(findWrongCalls([{ path: "src/cli/options/help.ts", text }]), []);
});

Deno.test("a call after a string that holds a comment sign is still seen", () => {
  const text = 'const url = "https://example.org/"; Deno.exit(0);';
  assertEquals(findWrongCalls([{ path: "src/cli/options/help.ts", text }]).length, 1);
});

Deno.test("layers: the lock file of what ships names no package of the tests", () => {
  const lock = (...names: string[]) =>
    JSON.stringify({
      version: "5",
      specifiers: Object.fromEntries(names.map((name) => [name, "1"])),
    });
  assertEquals(findUnshippedPackages(lock("npm:deno-std@1.4.0")), []);
  assertEquals(findUnshippedPackages('{ "version": "5" }'), []);
  assertEquals(findUnshippedPackages(lock("npm:deno-std@1.4.0", "npm:ajv@8.20.0")), [
    "deno.lock: names npm:ajv@8.20.0, which does not ship: give --lock=tests/deno.lock to what imports it",
  ]);
});

Deno.test("a module of the program has a length; tests and tools may have more", () => {
  const text = (lines: number) => "\n".repeat(lines);
  assertEquals(findLongModules([{ path: "src/run/a.ts", text: text(MAX_LINES) }]), []);
  assertEquals(findLongModules([{ path: "src/run/a.ts", text: text(MAX_LINES + 1) }]), [
    `src/run/a.ts: has ${MAX_LINES + 1} lines, expected at most ${MAX_LINES}`,
  ]);
  assertEquals(findLongModules([{ path: "ffi/a.ts", text: text(MAX_LINES + 1) }]).length, 1);
  assertEquals(findLongModules([{ path: "tests/unit/a.ts", text: text(1000) }]), []);
});
