/** End-to-end tests: the built app under its strict policy, in a real browser on a real WebGPU adapter. */
import { defineConfig, devices } from "@playwright/test";
import { browserFlags, findBrowser } from "./scripts/browser.mjs";

const port = Number(process.env.E2E_PORT ?? 4179);
const url = `http://localhost:${port}/`;
const executablePath = findBrowser();
// Pictures and snapshots of a page that draws all the time cost more than the page.
const trace = { mode: "retain-on-failure", screenshots: false, snapshots: false } as const;
const use = { launchOptions: { ...(executablePath && { executablePath }), args: browserFlags } };

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  // Each worker has a browser of its own, and what takes time there is the compilation of kernels, by one thread of it.
  workers: 2,
  fullyParallel: true,
  timeout: 90_000,
  // What a page says at once may take seconds where the other browser computes.
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: { ...devices["Desktop Chrome"], baseURL: url, trace },
  projects: [
    { name: "adapter", testMatch: "adapter.setup.ts", use },
    { name: "chromium", testMatch: "*.spec.ts", use, dependencies: ["adapter"] },
  ],
  webServer: {
    command: `npm run build && node scripts/serve.mjs --port ${port}`,
    url,
    reuseExistingServer: false,
  },
});
