/** What happened, in bounded memory: moments of each target, and oddities by how often they were seen. */

/** Kinds of moments. */
export const EVENT_KINDS = {
  start: "a run starts",
  end: "a run ends",
  outage: "a target does not answer several probes in a row",
  path: "the time to live of the replies changes: another path, or another host",
  restart: "the measurement of a clock restarts: its clock, or the path, changed",
  step: "the local clock was set",
  condition: "a --fail-if condition is entered or left",
} as const;

/** Kind of a moment. */
export type EventKind = keyof typeof EVENT_KINDS;

/** Something that happened. */
export interface LogEvent {
  /** Unix time in seconds. */
  readonly timeS: number;
  /** What it is about; undefined for a run. */
  readonly target: string | undefined;
  /** What kind of thing happened. */
  readonly kind: EventKind;
  /** What happened, in words. */
  readonly text: string;
}

/** Something odd, and how often it was seen. */
export interface Oddity {
  /** Name: a flag of a reply, or an ICMP error. */
  readonly name: string;
  /** Records with it. */
  count: number;
  /** When it was first seen, Unix time in seconds. */
  firstS: number;
  /** When it was last seen. */
  lastS: number;
}

/** Most moments of one kind, and most kinds of oddities, of one target. */
const MAX_EVENTS = 60, MAX_ODDITIES = 40;

/** What happened to one target. */
export class Happenings {
  readonly #events: LogEvent[] = [];
  readonly #counts = new Map<EventKind, number>();
  readonly #oddities = new Map<string, Oddity>();
  #omitted = 0;

  /** Moments, in the order of the log. */
  get events(): readonly LogEvent[] {
    return this.#events;
  }

  /** Moments beyond those that are kept. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Oddities, the commonest first. */
  get oddities(): readonly Oddity[] {
    return [...this.#oddities.values()].sort((a, b) => b.count - a.count);
  }

  /** Keeps a moment, while there is room for its kind: two paths in turn must not hide an outage. */
  add(event: LogEvent): void {
    const count = this.#counts.get(event.kind) ?? 0;
    this.#counts.set(event.kind, count + 1);
    if (count < MAX_EVENTS) this.#events.push(event);
    else this.#omitted += 1;
  }

  /** Counts an oddity. */
  odd(name: string, timeS: number): void {
    const known = this.#oddities.get(name);
    if (known === undefined) {
      if (this.#oddities.size >= MAX_ODDITIES) return;
      this.#oddities.set(name, { name, count: 1, firstS: timeS, lastS: timeS });
      return;
    }
    known.count += 1;
    known.firstS = Math.min(known.firstS, timeS);
    known.lastS = Math.max(known.lastS, timeS);
  }
}
