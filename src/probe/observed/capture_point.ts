/**
 * Where on the path between a client and a host a capture was taken, as far as requests and replies show it.
 *
 * The file may say which packets the capturing machine sent and which it received. Otherwise the time to live helps: it starts
 * at 32, 64, 128 or 255 (RFC 1700 and the practice since) and every router takes one off. A request that still has such a value
 * beside a reply that has not was captured at the client's end of the path. Where both have one, the two share a link.
 */

/** A place of capture: at the client, at the host that answers, or between them. */
export type CapturePoint = "client" | "server" | "path";

/** Direction and time to live of a packet. */
export interface SeenPacket {
  /** Whether the capturing machine sent or received it; undefined where the file does not say. */
  readonly direction: "out" | "in" | undefined;
  /** Time to live, 0 to 255. */
  readonly ttl: number;
}

const INITIAL_TTLS: ReadonlySet<number> = new Set([32, 64, 128, 255]);

/** The place that one request and its reply show; undefined where they leave it open. */
export function findPoint(request: SeenPacket, reply: SeenPacket): CapturePoint | undefined {
  if (request.direction === "out") return reply.direction === "out" ? "path" : "client";
  if (request.direction === "in" && reply.direction !== undefined) {
    return reply.direction === "out" ? "server" : "path";
  }
  const isNew = INITIAL_TTLS.has(request.ttl), isReplyNew = INITIAL_TTLS.has(reply.ttl);
  if (isNew) return isReplyNew ? undefined : "client";
  return isReplyNew ? "server" : "path";
}

const POINTS: readonly CapturePoint[] = ["client", "server", "path"];

/** Counts what the packets of one client and host show. */
export class PointVote {
  #client = 0;
  #server = 0;
  #path = 0;

  /** Counts one request and its reply. */
  add(point: CapturePoint | undefined): void {
    if (point === "client") this.#client++;
    else if (point === "server") this.#server++;
    else if (point === "path") this.#path++;
  }

  /** The place that most pairs show; undefined where none shows any. */
  get point(): CapturePoint | undefined {
    const counts = [this.#client, this.#server, this.#path];
    const most = Math.max(...counts);
    return most === 0 ? undefined : POINTS[counts.indexOf(most)];
  }
}
