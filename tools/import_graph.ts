/** Which modules import which, read from their text. */

/** Paths relative to the project's folder, and the text of each module. */
export type Modules = ReadonlyMap<string, string>;

/** For each module, those that it imports, also when it runs. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const SPECIFIER = /(?:\bfrom|\bimport|\bimport\s*\(|\bnew URL\()\s*"(\.[^"]+\.ts)"/g;
const PACKAGE = /\bfrom\s*"icmptime"/;

/** The TypeScript modules of some folders and files. */
export function readModules(folder: string, places: readonly string[]): Modules {
  const modules = new Map<string, string>();
  const read = (path: string): void => {
    if (Deno.statSync(`${folder}${path}`).isDirectory) {
      const names = [...Deno.readDirSync(`${folder}${path}`)].map(({ name }) => name).sort();
      for (const name of names) read(`${path}/${name}`);
    } else if (path.endsWith(".ts")) modules.set(path, Deno.readTextFileSync(`${folder}${path}`));
  };
  for (const place of places) read(place);
  return modules;
}

/** The imports between modules; those of packages are left out. */
export function readImports(modules: Modules): ImportGraph {
  const graph = new Map<string, string[]>();
  for (const [path, text] of modules) {
    const imported = [...text.matchAll(SPECIFIER)]
      .map(([, specifier = ""]) => new URL(specifier, `file:///${path}`).pathname.slice(1));
    if (PACKAGE.test(text)) imported.push("src/mod.ts");
    graph.set(path, imported);
  }
  return graph;
}

/** Modules that import this one, by distance: itself, those that import it, those that import these, and so on. */
export function importersOf(path: string, graph: ImportGraph): string[][] {
  const seen = new Set([path]);
  const rings = [[path]];
  for (let ring = rings[0]; ring !== undefined; ring = rings.at(-1)) {
    const next = [...graph]
      .filter(([from, imported]) => !seen.has(from) && imported.some((to) => ring.includes(to)))
      .map(([from]) => from);
    if (next.length === 0) return rings;
    for (const from of next) seen.add(from);
    rings.push(next);
  }
  return rings;
}
