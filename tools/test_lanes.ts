/**
 * Test files side by side, each batch of them in a process of its own.
 *
 * Most tests with a kernel wait: for a timeout, a deadline, a program. Two lanes take little more than half the time of one. Their
 * namespaces are named by process id, so that lanes cannot meet. `deno test --parallel` does not serve: its workers share the
 * process id, and a thread that enters a namespace is not always theirs alone.
 */

/**
 * Files whose tests compare delays, rates or queues with the truth, wait for what must come in time, or fill a table that all
 * namespaces share: these run alone.
 */
const ALONE: ReadonlySet<string> = new Set([
  "tests/cli/clockdiff_test.ts",
  "tests/cli/dropin_test.ts",
  "tests/integration/alerts_test.ts",
  "tests/integration/bufferbloat_page_test.ts",
  "tests/integration/exporter_prometheus_test.ts",
  "tests/integration/monitoring_page_test.ts",
  "tests/integration/monitors_test.ts",
  "tests/integration/smokeping_test.ts",
  "tests/integration/textfile_test.ts",
  "tests/system/audit_follow_test.ts",
  "tests/system/clock_accuracy_test.ts",
  "tests/system/clock_foreign_test.ts",
  "tests/system/clock_odd_test.ts",
  "tests/system/kernel_stamp_test.ts",
  "tests/system/lab_test.ts",
  "tests/system/local_network_test.ts",
  "tests/system/many_hosts_test.ts",
  "tests/system/ping_accuracy_test.ts",
  "tests/system/ping_tick_test.ts",
  "tests/system/queue_stamp_test.ts",
  "tests/system/respond_path_test.ts",
  "tests/system/scan_queue_test.ts",
  "tests/system/scan_trust_test.ts",
  "tests/system/scan_wire_test.ts",
  "tests/system/stamp_attribution_test.ts",
  "tests/system/watch_direction_test.ts",
  "tests/system/watch_test.ts",
  "tests/system/write_packets_test.ts",
]);

/** Files of one process: few enough that lanes end together, enough that starting costs little. */
const BATCH_FILES = 3;
/** The longest of all, begun first: a lane that begins one last ends long after the other. */
const LONG: readonly string[] = [
  "tests/integration/kernel_test.ts",
  "tests/integration/package_test.ts",
  "tests/integration/slurm_test.ts",
  "tests/integration/release_test.ts",
];
/** More lanes than this would compete for the processor rather than wait side by side. */
const MAX_LANES = 2;

/** How files are run: those of `alone` in one process with nothing beside it, then the batches, in lanes. */
export interface LanePlan {
  /** Files that share the machine with nothing. */
  readonly alone: readonly string[];
  /** Files by process. */
  readonly batches: readonly (readonly string[])[];
  /** Processes at a time. */
  readonly lanes: number;
}

/** Plans the lanes for test files; a single processor has one lane. */
export function planLanes(files: readonly string[], processors: number): LanePlan {
  const alone = files.filter((path) => ALONE.has(path));
  const others = files.filter((path) => !ALONE.has(path) && !LONG.includes(path));
  const count = Math.ceil(others.length / BATCH_FILES);
  // Dealt like cards: files of one kind, which take equally long, get into different batches.
  const batches = Array.from(
    { length: count },
    (_, batch) => others.filter((_, index) => index % count === batch),
  );
  // Each of these is a batch of its own.
  batches.unshift(...LONG.filter((path) => files.includes(path)).map((path) => [path]));
  return { alone, batches, lanes: Math.max(1, Math.min(MAX_LANES, processors)) };
}

/** Files of the lists above that are not there: a name that was changed. */
export function findMissingFiles(files: readonly string[]): string[] {
  return [...ALONE, ...LONG].filter((path) => !files.includes(path));
}

/** Runs the batches of a plan in its lanes; a lane takes the next batch when it has ended one. */
export async function runBatches<T>(
  { batches, lanes }: LanePlan,
  run: (files: readonly string[]) => Promise<T>,
): Promise<T[]> {
  const waiting = [...batches];
  const results: T[] = [];
  const runLane = async () => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      results.push(await run(batch));
    }
  };
  await Promise.all(Array.from({ length: lanes }, runLane));
  return results;
}
