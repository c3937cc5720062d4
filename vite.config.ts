/** Build and test configuration; each plugin lives in a file of its own under `build/`. */
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { contentSecurityPolicy } from "./build/content-security-policy.ts";
import { offline } from "./build/offline.ts";
import { taskData } from "./build/task-data.ts";
import { wasmKernels } from "./build/wasm-kernels.ts";
import { browserFlags, findBrowser } from "./scripts/browser.mjs";
import { findCommands } from "./scripts/commands.mjs";
import { vulkanEnvironment } from "./scripts/vulkan.mjs";

const page = {
  target: "es2023",
  sourcemap: true,
  license: { fileName: "licenses.md" },
};

const cli = {
  target: "node20",
  outDir: "dist-cli",
  sourcemap: true,
  copyPublicDir: false,
  rolldownOptions: { input: findCommands() },
};

/**
 * Kernel tests that play in Node alone. Node and Chromium have the same driver and differ in the build of the compiler and in
 * the binding, which every other file of the folder tries on both; these add sizes, lanes and models to kernels that
 * those have compiled, or kernels of many variants (`micro`) that others play in some.
 */
const NODE_ONLY = ["micro", "models", "parity-sizes", "transients"].map((name) => `tests/kernels/${name}.test.ts`);

const executablePath = findBrowser();
const launchOptions = { ...(executablePath && { executablePath }), args: browserFlags };

export default defineConfig(({ isSsrBuild }) => ({
  base: "./",
  plugins: [react(), taskData(), wasmKernels(), contentSecurityPolicy(), offline()],
  worker: { format: "es", plugins: () => [taskData(), wasmKernels()] },
  build: isSsrBuild ? cli : page,
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          environment: "node",
          include: [
            "src/**/*.test.{ts,tsx}",
            "bench/**/*.test.ts",
            "build/**/*.test.ts",
            "tests/!(kernels)/**/*.test.ts",
          ],
        },
      },
      {
        extends: true,
        test: {
          name: "kernels-node",
          environment: "node",
          // Threads get a copy of the environment that the Vulkan loader never sees.
          pool: "forks",
          // One process and one device for all files: see tests/kernels/shared-backend.ts.
          isolate: false,
          maxWorkers: 1,
          env: vulkanEnvironment(),
          setupFiles: ["tests/kernels/setup.node.ts"],
          include: ["tests/kernels/**/*.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "kernels-browser",
          isolate: false,
          include: ["tests/kernels/**/*.test.ts"],
          exclude: NODE_ONLY,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
}));
