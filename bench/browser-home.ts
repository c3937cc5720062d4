/**
 * The one browser process in which the contestants' pages live, each in a page of its own, so that no library meets the
 * globals of another. The pages come from a server on this machine that sends no policy: peers compile at run time.
 */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright";
import { browserFlags, requireBrowser } from "../scripts/browser.mjs";
import { serve } from "../scripts/serve.mjs";
import type { Entry } from "./contestants.ts";
import type { OverheadOptions } from "./overheads.ts";
import type { Overheads } from "./results.ts";
import { BrokenContestantError, type OpenEntry } from "./rounds.ts";
import type { BenchShape } from "./shape.ts";
import type { Measured } from "./window-bench.ts";

/** The page of Gatescope's contestant. */
const OWN_PAGE = "contestant.html";

/** Where the server begins to look for a free port. */
const FIRST_PORT = 4310;

/** The browser with its pages. */
export interface BrowserHome {
  /** Name and version. */
  readonly browser: string;
  readonly open: OpenEntry;
  /** In a page of its own, with Gatescope's tuned player; rejects where there is no adapter. */
  overheads(shape: BenchShape, options: OverheadOptions): Promise<Overheads>;
  close(): Promise<void>;
}

/** Launches the browser and serves `folder`. */
export async function openBrowserHome(folder: string): Promise<BrowserHome> {
  const server = await serve({ folder, port: FIRST_PORT, headers: {} });
  const browser = await launch();
  return {
    browser: `Chromium ${browser.version()}`,
    async open(entry, shape, steps) {
      const { home } = entry;
      if (home.kind !== "page") throw new Error("this contestant lives in no page");
      if (home.needs && !isInstalled(home.needs)) {
        throw new Error(`${home.needs} is not installed; npm ci --prefix bench installs the peers`);
      }
      const page = await openPage(browser, new URL(home.page, server.url), entry);
      try {
        const opened = await page.evaluate(([wished, count, player]) => window.contest.open(wished, count, player), [
          shape,
          steps,
          entry.player,
        ] as const);
        return {
          ...opened,
          measure: (seconds) => measure(page, seconds),
          close: () => page.close(),
        };
      } catch (error) {
        await page.close();
        throw error;
      }
    },
    async overheads(shape, options) {
      const page = await openPage(browser, new URL(OWN_PAGE, server.url), { name: "Gatescope" });
      try {
        return await page.evaluate(([wished, how]) => window.contest.overheads(wished, how), [shape, options] as const);
      } finally {
        await page.close();
      }
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** A page that fails is broken; a browser that is gone ends the whole run. */
async function measure(page: Page, seconds: number): Promise<Measured> {
  try {
    return await page.evaluate((wished) => window.contest.measure(wished), seconds);
  } catch (error) {
    if (!page.context().browser()?.isConnected()) throw error;
    throw new BrokenContestantError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** True where a peer's package lies in `bench/node_modules/`. */
function isInstalled(name: string): boolean {
  return existsSync(`bench/node_modules/${name}/package.json`);
}

function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: requireBrowser(), args: browserFlags, headless: true });
}

async function openPage(browser: Browser, url: URL, { name }: Pick<Entry, "name">): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await page.goto(url.href);
  const ready = await page.evaluate(() => "contest" in window);
  if (ready) return page;
  await page.close();
  throw new Error(`the page of ${name} did not start`);
}
