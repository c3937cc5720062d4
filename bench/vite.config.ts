/**
 * Builds the contestants' pages into `dist-bench/`: plain files that any static server can serve. A configuration of its own,
 * because nothing of the product's page (React, its policy, its service worker) belongs there.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { wasmKernels } from "../build/wasm-kernels.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The peers' pages, each where its package is installed (`npm ci --prefix bench`). */
const peers = [
  { page: "peers/tfjs.html", needs: "@tensorflow/tfjs" },
  { page: "peers/jax.html", needs: "@jax-js/jax" },
  { page: "peers/brain.html", needs: "brain.js" },
]
  .filter(({ needs }) => existsSync(here(`node_modules/${needs}/package.json`)))
  .map(({ page }) => here(page));

export default defineConfig({
  root: here("."),
  base: "./",
  plugins: [wasmKernels()],
  build: {
    target: "es2023",
    outDir: here("../dist-bench"),
    emptyOutDir: true,
    rolldownOptions: { input: [here("contestant.html"), ...peers] },
  },
});
