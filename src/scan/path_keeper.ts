/**
 * What a sweep does when its path changes under way: probes go on by the new one, and those whose answers may be lost are sent again;
 * without a path the sweep waits for a while, and then ends with its place kept.
 */

/** What became of a path. */
export type PathFinding =
  | { readonly kind: "same" }
  /** Probes go another way from now on, or by one that was interrupted; what was under way may be lost. */
  | { readonly kind: "moved" }
  /** There is none. The message is one clause. */
  | { readonly kind: "lost"; readonly message: string };

/** Watches the path of a sweep. The FFI layer's PathWatch is one. */
export interface PathGuard {
  /** The last moment (monotonic nanoseconds) at which the path was known to work; Infinity where that is not looked at. */
  readonly confirmedNs: number;
  /** Whether something happened that may concern the path. Never waits. */
  hasNews(nowNs: number): boolean;
  /** Whether the kernel may have refused a probe because of the path rather than the destination. */
  doubts(errno: number): boolean;
  /** An answer to a probe has arrived. */
  heard(nowNs: number): void;
  /** Looks whether the path works, unless it was looked at just now; the result shows in {@linkcode confirmedNs}. */
  ask(nowNs: number): void;
  /** Finds the path again and puts the transmitters on it. None may be sending. */
  renew(): Promise<PathFinding>;
}

/** What keeps a scan from being complete. */
export interface SweepTrouble {
  /** Reason of the `end` record. */
  readonly reason: "blocked" | "path-lost";
  /** One clause. */
  readonly message: string;
}

/** What a keeper works with. */
export interface PathKeeperOptions {
  /** Watches the path; undefined for none. */
  readonly guard: PathGuard | undefined;
  /** Takes a probe that the kernel refused for good. */
  readonly unsent: (address: number, errno: number) => void;
  /** Lets `timeoutMs` pass and takes what arrives meanwhile; returns whether to wait on. */
  readonly pass: (timeoutMs: number) => Promise<boolean>;
}

/** How long a path that is lost is waited for, looking so often. */
const PATIENCE_MS = 10_000, LOOK_MS = 100;
/** A path that changes more often is not followed: a host on the link could keep a sweep from ending. */
const MAX_MOVES = 20;

/** Follows the path of one sweep. */
export class PathKeeper {
  /** Why the sweep has no path any more. */
  trouble: SweepTrouble | undefined;
  readonly #options: PathKeeperOptions;
  /** Probes that were refused, maybe because of the path. */
  #doubtful: [address: number, errno: number][] = [];
  #moves = 0;

  /** Starts with the path as it is. */
  constructor(options: PathKeeperOptions) {
    this.#options = options;
  }

  /** Answers to probes that left later than a cooldown before this moment may be lost. */
  get confirmedNs(): number {
    return this.#options.guard?.confirmedNs ?? Infinity;
  }

  /** Takes a probe that the kernel refused: reports it, unless the path is in doubt. */
  takeUnsent(address: number, errno: number): void {
    if (this.#options.guard?.doubts(errno) === true) this.#doubtful.push([address, errno]);
    else this.#options.unsent(address, errno);
  }

  /** Whether {@linkcode renew} should be called. Never waits. */
  isInDoubt(nowNs: number): boolean {
    return this.#options.guard?.hasNews(nowNs) === true;
  }

  /**
   * Looks at the path, and waits while there is none. No thread may be sending.
   *
   * @returns whether probes may have been lost: those that were not settled before are to be sent again
   */
  async renew(): Promise<boolean> {
    const { guard, pass } = this.#options;
    if (guard === undefined) return false;
    let finding = await guard.renew();
    const wasLost = finding.kind === "lost";
    for (let waitedMs = 0; finding.kind === "lost"; waitedMs += LOOK_MS) {
      if (waitedMs >= PATIENCE_MS) {
        this.lose(finding.message);
        break;
      }
      if (!await pass(LOOK_MS)) break;
      finding = await guard.renew();
    }
    const doubtful = this.#doubtful;
    this.#doubtful = [];
    if (finding.kind === "same" && !wasLost) {
      for (const [address, errno] of doubtful) this.#options.unsent(address, errno);
      return false;
    }
    if (++this.#moves > MAX_MOVES) this.lose("it changes again and again");
    return true;
  }

  /** Ends the sweep. */
  lose(message: string): void {
    this.trouble ??= { reason: "path-lost", message };
  }

  /** {@linkcode PathGuard.heard}. */
  heard(nowNs: number): void {
    this.#options.guard?.heard(nowNs);
  }

  /** {@linkcode PathGuard.ask}. */
  ask(nowNs: number): void {
    this.#options.guard?.ask(nowNs);
  }
}
