/**
 * The rules of the house: which folder may import which, and which may touch what is dangerous.
 *
 * Imports go one way only, from `cli` down to `time`, so that every part can be read and tested
 * with nothing but what lies below it.
 */

/** One import of one module. Paths are relative to the project's folder, such as `src/time/day.ts`. */
export interface Import {
  /** The module that imports. */
  readonly from: string;
  /** The module that is imported: a path, or a package such as `npm:deno-std`. */
  readonly to: string;
  /** `import type`: nothing of it is left at run time. */
  readonly isTypeOnly?: boolean;
  /** The module is imported when the program asks for it, and not at the start. */
  readonly isDynamic?: boolean;
}

/** A module, as it is in the project's folder. */
export interface ModuleText {
  /** Path relative to the project's folder. */
  readonly path: string;
  /** TypeScript source. */
  readonly text: string;
}

/** For each layer, the layers that it may import besides itself. */
export type Grants = Readonly<Record<string, readonly string[]>>;

/** The grants of src/. */
const ALLOWED: Grants = {
  time: [],
  stats: [],
  terminal: ["packages"],
  log: [],
  page: ["packages"],
  packet: ["time"],
  measurement: ["time"],
  clock: ["time", "measurement"],
  behaviour: ["time", "measurement"],
  targets: ["packet"],
  probe: ["time", "packet", "measurement", "targets"],
  scan: ["time", "packet", "measurement", "targets"],
  respond: ["behaviour", "time", "packet", "targets"],
  run: ["behaviour", "time", "packet", "stats", "measurement", "clock", "targets", "probe", "scan"],
  prometheus: ["stats", "packet", "targets", "run"],
  exporter: ["stats", "packet", "clock", "targets", "probe", "run", "prometheus"],
  record: ["behaviour", ...[
    "time",
    "packet",
    "stats",
    "measurement",
    "clock",
    "targets",
    "probe",
    "scan",
    "run",
  ], ...["respond", "packages"]],
  report: ["behaviour", ...[
    "time",
    "packet",
    "stats",
    "measurement",
    "clock",
    "targets",
    "probe",
    "scan",
    "run",
  ], ...["record", "respond", "prometheus", "terminal", "log", "page"]],
  cli: [
    ...["behaviour", "time", "stats", "packet", "measurement", "clock", "targets", "scan", "run"],
    ...["record", "report", "respond", "prometheus", "exporter", "terminal", "log", "machine"],
    ...["packages", "probe", "config"],
  ],
  machine: ["probe", "run"],
  library: [
    ...["time", "packet", "measurement", "clock", "targets", "probe", "scan", "run"],
    ...["machine"],
  ],
  ffi: [],
  main: ["cli"],
};

/** The files of src/ that may import ffi: they put the program together, and the library. */
const COMPOSITION_FILES = new Set([
  ...["src/cli/real_files.ts", "src/cli/run.ts", "src/machine/run_machine.ts", "src/mod.ts"],
]);

/** The files of src/ with the interfaces that ffi implements; it may import their types, and nothing else of src/. */
const PORT_FILES = new Set([
  "src/cli/system.ts",
  "src/run/machine.ts",
  "src/probe/transport.ts",
  "src/respond/link.ts",
  "src/respond/machine.ts",
  "src/scan/path_keeper.ts",
  "src/scan/reply_collector.ts",
  "src/scan/sender.ts",
  "src/targets/resolver.ts",
  "src/time/instant.ts",
]);

/** The packages that the program may carry, and modules of the runtime; all others are for tests and tools. */
const SHIPPED_PACKAGES = /^(?:npm:\/?deno-std(?:@|\/|$)|node:)/;

/** The packages that src/page may use: they are bundled into src/page/script.json, and the program imports that alone. */
const BUNDLED_PACKAGES = /^npm:\/?uplot(?:@|\/|$)/;

/** Where memory may be handled by hand. */
const UNSAFE_PLACES = [
  "ffi/",
  "tests/lab/",
  "tests/support/",
  "tests/system/",
  "tests/unit/ffi/",
  "bench/",
];

/** Where the process may be ended. The lab is a separate program. */
const EXIT_PLACES = ["main.ts", "tests/lab/", "tools/code_cache/"];

/** One line for each import that goes the wrong way. */
export function findWrongImports(imports: readonly Import[]): string[] {
  return imports.flatMap((each) => {
    const { from, to } = each;
    const reason = whyWrong(each);
    return reason === undefined ? [] : [`${from}: may not import ${to} (${reason})`];
  });
}

/**
 * One line for each package in the lock file of what ships that does not ship: everybody who runs the program would
 * download it.
 */
export function findUnshippedPackages(lock: string): string[] {
  const { specifiers = {} } = JSON.parse(lock) as { specifiers?: Record<string, string> };
  return Object.keys(specifiers).filter((specifier) => !SHIPPED_PACKAGES.test(specifier)).map((
    specifier,
  ) =>
    `deno.lock: names ${specifier}, which does not ship: give --lock=tests/deno.lock to what imports it`
  );
}

/** One line for each grant that no import uses: a table that allows more than the program needs hides the next wrong import. */
export function findUnusedGrants(imports: readonly Import[], grants: Grants = ALLOWED): string[] {
  const used = new Set(imports.map(({ from, to }) => `${layerOf(from)} ${layerOf(to)}`));
  return Object.entries(grants).flatMap(([layer, allowed]) =>
    allowed.filter((other) => !used.has(`${layer} ${other}`))
      .map((other) =>
        `tools/layers.ts: ${layer} is granted ${other}, which no module there imports`
      )
  );
}

/** One line for each circle of grants: two layers of a circle cannot be read, or tested, one without the other. */
export function findGrantCircles(grants: Grants = ALLOWED): string[] {
  return findCircles(new Map(Object.entries(grants)))
    .map((circle) => `tools/layers.ts: a circle of layers: ${circle.join(" → ")}`);
}

/** One line for each circle of modules that import more than types of each other, at the start. */
export function findModuleCircles(imports: readonly Import[]): string[] {
  const graph = new Map<string, string[]>();
  for (const { from, to, isTypeOnly, isDynamic } of imports) {
    if (isTypeOnly || isDynamic) continue;
    const imported = graph.get(from);
    if (imported === undefined) graph.set(from, [to]);
    else imported.push(to);
  }
  return findCircles(graph).map((circle) => `a circle of imports: ${circle.join(" → ")}`);
}

/** Walks the graph depth first; each edge back to a node of the present path closes a circle. */
function findCircles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): void => {
    const start = path.indexOf(node);
    if (start >= 0) circles.push([...path.slice(start), node]);
    if (start >= 0 || done.has(node)) return;
    path.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    path.pop();
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
  return circles;
}

/** One line for each use of a dangerous part of Deno outside its place. */
export function findWrongCalls(modules: readonly ModuleText[]): string[] {
  return modules.flatMap(({ path, text }) => {
    const code = withoutCommentsAndStrings(text);
    const trouble: string[] = [];
    const unsafe = code.match(/\bDeno\s*\.\s*(?:dlopen|Unsafe\w+)/);
    if (unsafe !== null && !isIn(path, UNSAFE_PLACES)) {
      trouble.push(`${path}: may not use ${unsafe[0]} (only ffi may)`);
    }
    if (/\bDeno\s*\.\s*exit\b/.test(code) && !isIn(path, EXIT_PLACES)) {
      trouble.push(`${path}: may not use Deno.exit (only main modules may)`);
    }
    return trouble;
  });
}

/** Longest module of the program, lines: one that needs more does two things. */
export const MAX_LINES = 250;

/** Modules of the program that are too long. */
export function findLongModules(modules: readonly ModuleText[]): string[] {
  return modules.flatMap(({ path, text }) => {
    const lines = text.split("\n").length - 1;
    const isLong = /^(?:src|ffi)\//.test(path) && lines > MAX_LINES;
    return isLong ? [`${path}: has ${lines} lines, expected at most ${MAX_LINES}`] : [];
  });
}

/** The layer that a path belongs to. */
export function layerOf(path: string): string {
  if (/^(?:npm|jsr|https?|node|data):/.test(path)) return "packages";
  if (path === "main.ts") return "main";
  if (path === "deno.json") return "config";
  if (path === "src/mod.ts") return "library";
  const [top = "", second = "", third] = path.split("/");
  if (top === "src") return third === undefined ? "src" : second;
  if (path.startsWith("tests/lab/")) return "lab";
  return top;
}

function whyWrong({ from, to, isTypeOnly = false }: Import): string | undefined {
  const importer = layerOf(from);
  const imported = layerOf(to);
  if (importer === "lab") {
    const isShipped = to.startsWith("src/") || imported === "ffi" || imported === "main";
    return isShipped ? "the lab shares no code with what it tests" : undefined;
  }
  const isShipped = from.startsWith("src/") || importer === "ffi" || importer === "main";
  if (!isShipped || importer === imported) return undefined;
  if (imported === "ffi") {
    return COMPOSITION_FILES.has(from)
      ? undefined
      : `in src only ${[...COMPOSITION_FILES].join(", ")} may import ffi`;
  }
  if (importer === "ffi" && PORT_FILES.has(to)) {
    return isTypeOnly ? undefined : "ffi may import types alone from it";
  }
  if (importer === "page" && imported === "packages") {
    return BUNDLED_PACKAGES.test(to) ? undefined : "it is no package for pages";
  }
  if (imported === "packages" && !SHIPPED_PACKAGES.test(to)) {
    return "it is a package for tests and tools";
  }
  const allowed = ALLOWED[importer];
  if (allowed === undefined) return `${from} is in no known layer`;
  if (allowed.includes(imported)) return undefined;
  return `${importer} may import ${allowed.join(", ") || "nothing"} besides itself`;
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => place.endsWith("/") ? path.startsWith(place) : path === place);
}

/** Source in which comments and strings are blank, so that naming a thing is not using it. */
function withoutCommentsAndStrings(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g,
    " ",
  );
}
