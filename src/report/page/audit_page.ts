/** The page of an audit while it runs: it takes what the report takes, as records, so that `report` makes the same of a log. */

import { LogReader } from "../../log/log_reader.ts";
import { ALIAS_FIELDS, aliasEvents } from "../../record/alias_record.ts";
import { CONSENSUS_FIELDS } from "../../record/consensus_record.ts";
import { formatJson, jsonFormatter } from "../../record/field.ts";
import { HOST_FIELDS } from "../../record/host_record.ts";
import { END_FIELDS, RUN_FIELDS } from "../../record/run_record.ts";
import type { AuditResult } from "../../run/audit/run.ts";
import type { EndInfo, RunInfo } from "../../run/event.ts";
import type { HostFindings } from "../../run/audit/host_findings.ts";
import { formatPage } from "./page.ts";

/** What is not in the records. */
export interface AuditPageOptions {
  /** Version of this program. */
  readonly version: string;
  /** No program keeps our own clock right. */
  readonly isUnsynchronised: boolean;
}

/** Gathers one audit in bounded memory. */
export class AuditPage {
  readonly #reader = new LogReader();
  readonly #host = jsonFormatter("host", HOST_FIELDS);

  /** The audit starts. */
  run(info: RunInfo): void {
    this.#reader.line(formatJson("run", RUN_FIELDS, info));
  }

  /** A host is judged. */
  host(host: HostFindings): void {
    this.#reader.line(this.#host(host));
  }

  /** The page. Nothing may be added after that. */
  format(result: AuditResult & EndInfo, { version, isUnsynchronised }: AuditPageOptions): string {
    const { consensus } = result;
    if (consensus !== undefined) {
      this.#reader.line(formatJson("consensus", CONSENSUS_FIELDS, consensus));
    }
    for (const event of result.aliases === undefined ? [] : aliasEvents(result.aliases)) {
      this.#reader.line(formatJson("alias", ALIAS_FIELDS, event));
    }
    this.#reader.line(formatJson("end", END_FIELDS, result));
    return formatPage(this.#reader.finish(), {
      maxTargets: 1,
      version,
      remarks: isUnsynchronised
        ? ["No program keeps our own clock right (adjtimex): offsets are against it."]
        : [],
    });
  }
}
