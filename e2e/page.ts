/**
 * The `test` that every spec imports: a page whose console errors, uncaught errors and policy violations fail the test
 * they happen in, so that "zero violations over the whole run" needs no test of its own.
 */
import { test as base, expect, type Page } from "@playwright/test";

/** What a page may not do unnoticed. A spec that provokes a fault names the messages it expects. */
export interface Complaints {
  /** Everything the page complained about so far. */
  readonly seen: readonly string[];
  /** Declares messages that this test provokes on purpose. */
  expect(pattern: RegExp): void;
  /** Listens to one more page, before it goes anywhere. The test's own page is listened to already. */
  listenTo(page: Page): Promise<void>;
}

/** Collects what a page complains about. */
async function collect(page: Page, seen: string[]): Promise<void> {
  page.on("console", (message) => {
    if (message.type() === "error") seen.push(message.text());
  });
  page.on("pageerror", (error) => seen.push(String(error)));
  await page.exposeFunction("reportViolation", (text: string) => seen.push(text));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      const report: unknown = Reflect.get(globalThis, "reportViolation");
      if (typeof report === "function") report(`policy: ${event.violatedDirective} blocked ${event.blockedURI}`);
    });
  });
}

/** Playwright's test with `complaints`, which is checked after each test whether or not the test names it. */
export const test = base.extend<{ complaints: Complaints }>({
  complaints: [
    async ({ page }, use) => {
      const seen: string[] = [];
      const expected: RegExp[] = [];
      await collect(page, seen);
      await use({
        seen,
        expect: (pattern) => expected.push(pattern),
        listenTo: (other) => collect(other, seen),
      });
      expect(seen.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
