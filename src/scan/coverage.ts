/**
 * Whether the shards of a scan are together the whole of it, judged by the metadata that each of them wrote.
 *
 * Shard K of N visits its own positions of one order, from 0 to the number of its probes. A file says from which position
 * to which a run went; a resumed run starts where its checkpoint says that an earlier one had ended.
 */

/** What the metadata of one run say of its shard. */
export interface ShardRun {
  /** Name of the file. */
  readonly file: string;
  /** Number of the shard, from 1 to the number of shards. */
  readonly shard: number;
  /** What all shards of one scan have in common, by the name of each property. */
  readonly scan: Readonly<Record<string, string | number>>;
  /** First position that this run probed. */
  readonly start: number;
  /** Position below which every probe left. */
  readonly position: number;
  /** Probes of the shard: the position at its end. */
  readonly probes: number;
  /** A checkpoint vouches for what lies before the start. */
  readonly isResumed: boolean;
  /** Replies that this machine lost: dropped by the kernel. */
  readonly repliesLost: number;
  /** Probes that did not leave. */
  readonly unsent: number;
  /** Probes that left, and hosts that answered. */
  readonly sent: number;
  /** Hosts that answered, without repetitions within the run. */
  readonly answered: number;
}

/** Something that keeps shards from being one whole scan. */
export interface CoverageGap {
  /** Number of the shard, from 1 to the number of shards. */
  readonly shard: number;
  /** What it lacks. */
  readonly kind: "absent" | "unfinished" | "hole" | "unsent" | "replies-lost";
  /** Probes or replies that are missing; all of the shard's where it is absent, which is not known. */
  readonly count: number | undefined;
  /** First missing position, for `unfinished` and `hole`. */
  readonly position?: number;
}

/** The judgement on all runs. */
export interface Coverage {
  /** Number of shards of the scan. */
  readonly shards: number;
  /** Files of other scans, and the property in which each differs. */
  readonly strangers: readonly { readonly file: string; readonly property: string }[];
  /** What is missing, by shard. */
  readonly gaps: readonly CoverageGap[];
  /** Shards of which a part was probed by more than one run: their hosts may be listed twice. */
  readonly repeated: readonly number[];
  /** Probes that a checkpoint alone vouches for, since the run that sent them left no metadata: they are in no count. */
  readonly uncounted: readonly { readonly shard: number; readonly count: number }[];
  /** Probes that left. */
  readonly sent: number;
  /** Hosts that answered; a host counts once for each run that probed it. */
  readonly answered: number;
}

/** Judges runs of one scan, that of most of them. @param runs At least one */
export function judgeCoverage(runs: readonly ShardRun[]): Coverage {
  const usual = findUsualScan(runs);
  const strangers = runs.flatMap(({ file, scan }) => {
    const property = Object.keys(usual).find((name) => scan[name] !== usual[name]);
    return property === undefined ? [] : [{ file, property }];
  });
  const strange = new Set(strangers.map(({ file }) => file));
  const own = runs.filter(({ file }) => !strange.has(file));
  const shards = Number(usual["shards"]);
  const gaps: CoverageGap[] = [];
  const repeated: number[] = [];
  const uncounted: { shard: number; count: number }[] = [];
  for (let shard = 1; shard <= shards; shard++) {
    const parts = own.filter((run) => run.shard === shard).sort((a, b) => a.start - b.start);
    gaps.push(...findGaps(shard, parts));
    const count = countVouched(parts);
    if (count > 0) uncounted.push({ shard, count });
    if (parts.some((part, index) => parts.slice(0, index).some((p) => p.position > part.start))) {
      repeated.push(shard);
    }
  }
  return {
    shards,
    strangers,
    gaps,
    repeated,
    uncounted,
    sent: own.reduce((sum, { sent }) => sum + sent, 0),
    answered: own.reduce((sum, { answered }) => sum + answered, 0),
  };
}

/** The scan of most runs; of the first where several have as many. */
function findUsualScan(runs: readonly ShardRun[]): ShardRun["scan"] {
  const scans = Map.groupBy(runs, ({ scan }) => JSON.stringify(Object.values(scan)));
  const [usual] = [...scans.values()].sort((one, other) => other.length - one.length);
  if (usual?.[0] === undefined) throw new RangeError("Cannot judge a scan without runs");
  return usual[0].scan;
}

/** Positions before resumed runs that no run probed. @param parts In order of their starts */
function countVouched(parts: readonly ShardRun[]): number {
  let reached = 0, count = 0;
  for (const { start, position, isResumed } of parts) {
    if (isResumed) count += Math.max(0, start - reached);
    reached = Math.max(reached, position);
  }
  return count;
}

/** What the runs of one shard leave out. @param parts In order of their starts */
function findGaps(shard: number, parts: readonly ShardRun[]): CoverageGap[] {
  const [first] = parts;
  if (first === undefined) return [{ shard, kind: "absent", count: undefined }];
  const gaps: CoverageGap[] = [];
  let reached = 0;
  for (const { start, position, isResumed } of parts) {
    if (start > reached && !isResumed) {
      gaps.push({ shard, kind: "hole", count: start - reached, position: reached });
    }
    reached = Math.max(reached, position);
  }
  if (reached < first.probes) {
    gaps.push({ shard, kind: "unfinished", count: first.probes - reached, position: reached });
  }
  const unsent = parts.reduce((sum, run) => sum + run.unsent, 0);
  if (unsent > 0) gaps.push({ shard, kind: "unsent", count: unsent });
  const lost = parts.reduce((sum, run) => sum + run.repliesLost, 0);
  if (lost > 0) gaps.push({ shard, kind: "replies-lost", count: lost });
  return gaps;
}

/**
 * Reads the metadata of one run.
 *
 * @returns The run, or one clause that says why the text is none
 */
export function parseShardRun(file: string, text: string): ShardRun | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is no JSON";
  }
  const read = (path: string): unknown =>
    path.split(".").reduce<unknown>(
      (object, name) =>
        typeof object === "object" && object !== null
          ? (object as Record<string, unknown>)[name]
          : undefined,
      value,
    );
  const shard = /^(\d+)\/(\d+)$/.exec(String(read("options.shard")));
  const digest = read("targets.digest"), version = read("version");
  if (read("command") !== "scan" || shard === null || typeof digest !== "string") {
    return "it is no file of scan --metadata";
  }
  const [number, shards] = [Number(shard[1]), Number(shard[2])];
  if (number < 1 || number > shards) return `its options.shard ${number}/${shards} is no shard`;
  const numbers = Object.fromEntries(NUMBERS.map((path) => [path, read(path)]));
  const wrong = NUMBERS.find((path) => !isCount(numbers[path]));
  if (wrong !== undefined) return `its ${wrong} is no whole number`;
  const get = (path: typeof NUMBERS[number]): number => numbers[path] as number;
  return {
    file,
    shard: number,
    scan: {
      shards,
      seed: get("options.seed"),
      probes_per_target: get("options.probes_per_target"),
      version: String(version),
      of_scan: get("targets.of_scan"),
      digest,
      // Files had no message before there was a choice.
      message: String(read("options.message") ?? "timestamp"),
    },
    start: get("counts.start_position"),
    position: get("counts.position"),
    probes: get("counts.probes"),
    isResumed: read("options.resumed") === true,
    repliesLost: get("counts.kernel_drops"),
    unsent: get("counts.unsent"),
    sent: get("counts.sent"),
    answered: get("counts.targets_answered"),
  };
}

const NUMBERS = [
  "options.seed",
  "options.probes_per_target",
  "targets.of_scan",
  "counts.start_position",
  "counts.position",
  "counts.probes",
  "counts.kernel_drops",
  "counts.unsent",
  "counts.sent",
  "counts.targets_answered",
] as const;

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
