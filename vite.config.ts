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
 * those have compiled, kernels of many variants (`micro`) that others play in some, or what the end-to-end tests do in
 * Chromium (`tuning`).
 */
const NODE_ONLY = ["micro", "micro-runs", "models", "parity-sizes", "transients", "tuning"].map(
  (name) => `tests/kernels/${name}.test.ts`,
);

/** Everything that needs neither an adapter nor a page. */
const UNIT = ["src/**/*.test.{ts,tsx}", "bench/**/*.test.ts", "build/**/*.test.ts", "tests/!(kernels)/**/*.test.ts"];

/** Unit tests that put other operations into the registry: modules that nobody else may have loaded, or load after them. */
const MOCKING = [
  ...["candidates", "chunked-loops", "tuner"].map((name) => `src/backends/gpu/${name}.test.ts`),
  ...["train", "verify"].map((name) => `tests/commands/${name}.test.ts`),
];

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
          // Every core; by default Vitest leaves one to itself, which is half of two. Files share modules, which takes as
          // long to load as the tests take.
          maxWorkers: "100%",
          isolate: false,
          sequence: { groupOrder: 1 },
          include: UNIT,
          exclude: MOCKING,
        },
      },
      {
        extends: true,
        test: {
          name: "unit-mocking",
          environment: "node",
          maxWorkers: "100%",
          sequence: { groupOrder: 1 },
          include: MOCKING,
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
          sequence: { groupOrder: 2 },
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
          sequence: { groupOrder: 3 },
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
