/** End-to-end tests: the built app under its strict policy, in a real browser on a real WebGPU adapter. */
import { defineConfig, devices } from "@playwright/test";
import { browserFlags, findBrowser } from "./scripts/browser.mjs";

const port = Number(process.env.E2E_PORT ?? 4179);
const url = `http://localhost:${port}/`;
const executablePath = findBrowser();
const use = { launchOptions: { ...(executablePath && { executablePath }), args: browserFlags } };

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  // Two pages that train on one software adapter only slow each other down.
  workers: 1,
  timeout: 90_000,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: { ...devices["Desktop Chrome"], baseURL: url, trace: "retain-on-failure" },
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
