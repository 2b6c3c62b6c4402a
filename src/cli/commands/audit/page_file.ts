/** `--html FILE` of an audit: the file is opened before anything is sent, and written when all is known. */

import type { AuditPage } from "../../../report/page/audit_page.ts";
import type { AuditResult } from "../../../run/audit/run.ts";
import type { EndInfo, RunInfo } from "../../../run/event.ts";
import type { HostFindings } from "../../../run/audit/host_findings.ts";
import { UsageError, VERSION } from "../../outcome.ts";
import { openReport, type ReportOutput } from "../../output/report_file.ts";
import type { System } from "../../system.ts";

/** The page of one audit, and where it goes. */
export class AuditPageFile {
  readonly #page: AuditPage;
  readonly #output: ReportOutput;
  readonly #isUnsynchronised: boolean;
  #hasLost = false;

  private constructor(page: AuditPage, output: ReportOutput, isUnsynchronised: boolean) {
    this.#page = page;
    this.#output = output;
    this.#isUnsynchronised = isUnsynchronised;
  }

  /**
   * Opens the file; what it holds stays until the page is there. Undefined where none is asked for.
   *
   * @throws {UsageError} It cannot be opened.
   */
  static async open(path: string | undefined, system: System): Promise<AuditPageFile | undefined> {
    if (path === undefined) return undefined;
    if (path === "-") {
      throw new UsageError("Cannot write a page to standard output: expected the name of a file");
    }
    const output = openReport(path, [], system);
    const { AuditPage } = await import("../../../report/page/audit_page.ts");
    const isUnsynchronised = system.diagnostics.readClock()?.synchronised === false;
    return new AuditPageFile(new AuditPage(), output, isUnsynchronised);
  }

  /** True once the page could not be written. */
  get hasLost(): boolean {
    return this.#hasLost;
  }

  /** The audit starts. */
  run(info: RunInfo): void {
    this.#page.run(info);
  }

  /** A host is judged. */
  host(host: HostFindings): void {
    this.#page.host(host);
  }

  /** Writes the page, and closes the file. */
  async write(result: AuditResult & EndInfo): Promise<void> {
    const options = { version: VERSION, isUnsynchronised: this.#isUnsynchronised };
    try {
      this.#hasLost = !(await this.#output.write(this.#page.format(result, options)));
    } finally {
      this.#output.close();
    }
  }
}
