/**
 * A real browser: Debian's Chromium, driven by playwright-core, for the pages that icmptime writes.
 *
 * As root it runs in a network namespace without any interface but the loopback, so that a page which asks for
 * something cannot get it; and every request and every complaint of a page is kept for the test to look at.
 */

import { type Browser, chromium, type Page } from "npm:playwright-core@1.65.1";
import { Namespace } from "./namespace.ts";
import { requireTool, type SystemTest, systemTest } from "./tools.ts";

/** Most milliseconds that one step of a page may take. */
const STEP_LIMIT_MS = 180_000;

/** How a page is opened. */
export interface PageOptions {
  /** What the reader's system prefers; light unless given. */
  readonly colorScheme?: "light" | "dark";
  /** Size of the window in CSS pixels; 1280 × 900 unless given. */
  readonly width?: number;
  /** See {@linkcode width}. */
  readonly height?: number;
  /** false: scripts do not run. */
  readonly javaScript?: boolean;
}

/** A page, and what went wrong in it. */
export interface OpenPage {
  /** The driver's handle. */
  readonly page: Page;
  /** URLs of all requests but the one for the page itself. */
  readonly requests: readonly string[];
  /** Errors and warnings on the console, and exceptions that the page did not catch. */
  readonly complaints: readonly string[];
}

/** A running browser. Disposing it ends it. */
export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #namespace: Namespace | undefined;

  private constructor(browser: Browser, namespace: Namespace | undefined) {
    this.#browser = browser;
    this.#namespace = namespace;
  }

  /** Starts it. */
  static async open(): Promise<TestBrowser> {
    const namespace = Deno.uid() === 0 ? await Namespace.open() : undefined;
    try {
      return new TestBrowser(await launch(namespace), namespace);
    } catch (error) {
      await namespace?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Opens a file in a window of its own. */
  async openFile(path: string, options: PageOptions = {}): Promise<OpenPage> {
    const { colorScheme = "light", width = 1280, height = 900, javaScript = true } = options;
    const context = await this.#browser.newContext({
      colorScheme,
      viewport: { width, height },
      javaScriptEnabled: javaScript,
    });
    context.setDefaultTimeout(STEP_LIMIT_MS);
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    const url = `file://${path}`;
    page.on("request", (request) => {
      if (request.url() !== url) requests.push(request.url());
    });
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(url);
    return { page, requests, complaints };
  }

  /** Ends the browser. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.#namespace?.[Symbol.asyncDispose]();
  }
}

async function launch(namespace: Namespace | undefined): Promise<Browser> {
  const program = requireTool("chromium");
  if (namespace === undefined) return await chromium.launch({ executablePath: program });
  // The driver takes one path: a script that enters the namespace first.
  const folder = await Deno.makeTempDir({ prefix: "icmptime-browser-" });
  try {
    const script = `${folder}/chromium`;
    const argv = namespace.argv([program]).join(" ");
    await Deno.writeTextFile(script, `#!/bin/sh\nexec ${argv} "$@"\n`, { mode: 0o755 });
    // Chromium refuses to run as root inside its sandbox.
    return await chromium.launch({ executablePath: script, args: ["--no-sandbox"] });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Registers a test that opens pages. The browser is its own, and ends with it. */
export function browserTest(
  test: SystemTest,
  fn: (browser: TestBrowser, context: Deno.TestContext) => Promise<void>,
): void {
  const tools = ["chromium", ...(Deno.uid() === 0 ? ["ip"] : []), ...test.tools ?? []];
  systemTest({ ...test, tools }, async (context) => {
    await using browser = await TestBrowser.open();
    await fn(browser, context);
  });
}
