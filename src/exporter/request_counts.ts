/** Requests to the exporter, counted by labels of a bounded number of values. */

/** Paths that are served; every other one is `other`. */
export const SERVED_PATHS = [
  "/",
  "/metrics",
  "/probe",
  "/-/healthy",
  "/-/ready",
  "/-/reload",
] as const;

/** Why a connection was closed by the exporter. */
export type ConnectionRefusal = "limit" | "malformed" | "timeout" | "slow";

/** Why a request to /probe was refused. */
export type ProbeRefusal = "disabled" | "module" | "target" | "busy";

const CONNECTION_REFUSALS: readonly ConnectionRefusal[] = ["limit", "malformed", "timeout", "slow"];
const PROBE_REFUSALS: readonly ProbeRefusal[] = ["disabled", "module", "target", "busy"];

/** How many requests each path and status had. */
export class RequestCounts {
  /** Open connections. */
  connections = 0;
  /** Connections that were closed, by reason. */
  readonly refusedConnections: Map<ConnectionRefusal, number> = new Map(
    CONNECTION_REFUSALS.map((reason) => [reason, 0]),
  );
  /** Refused requests to /probe, by reason. */
  readonly refusedProbes: Map<ProbeRefusal, number> = new Map(
    PROBE_REFUSALS.map((reason) => [reason, 0]),
  );
  /** Processor time that the latest answer of /metrics took, milliseconds; undefined before the first. */
  renderMs: number | undefined;
  readonly #answers = new Map<string, number>();

  /** Answers by path and status. */
  *answers(): Generator<{ readonly path: string; readonly code: string; readonly count: number }> {
    for (const [key, count] of this.#answers) {
      const [path = "", code = ""] = key.split(" ");
      yield { path, code, count };
    }
  }

  /** Counts an answer. */
  addAnswer(path: string, status: number): void {
    const served = (SERVED_PATHS as readonly string[]).includes(path) ? path : "other";
    const key = `${served} ${status}`;
    this.#answers.set(key, (this.#answers.get(key) ?? 0) + 1);
  }

  /** Counts a connection that was closed. */
  refuseConnection(reason: ConnectionRefusal): void {
    this.refusedConnections.set(reason, (this.refusedConnections.get(reason) ?? 0) + 1);
  }

  /** Counts a refused request to /probe. */
  refuseProbe(reason: ProbeRefusal): void {
    this.refusedProbes.set(reason, (this.refusedProbes.get(reason) ?? 0) + 1);
  }
}
