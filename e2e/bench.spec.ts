/** The bench's own page, built by itself and served as plain files: one call measures, and both players train alike. */
import { build } from "vite";
import { serve } from "../scripts/serve.mjs";
import { expect, test } from "./page.ts";

test("window.bench trains a shape in Chromium, on WebGPU and on the CPU player", async ({ page }) => {
  await build({ configFile: "bench/vite.config.ts", logLevel: "error" });
  const server = await serve({ folder: "dist-bench", port: 4197, headers: {} });
  await page.goto(new URL("contestant.html", server.url).href);
  const results = await page.evaluate(async () => {
    const shape = { B: 2, T: 3, I: 2, H: [4, 3], out: 1, each: false, loss: "mse" } as const;
    const options = { seconds: 0.05, warmSeconds: 0, inner: 2 };
    return Promise.all([window.bench(shape, options), window.bench(shape, { ...options, player: "cpu" })]);
  });
  const [gpu, cpu] = results;
  expect(gpu.variant).toMatch(/^webgpu-tuned, /);
  expect(cpu.variant).toMatch(/^cpu, /);
  for (const { runs, firstStepMs, firstLoss, lastLoss } of results) {
    expect(runs.length).toBeGreaterThanOrEqual(1);
    expect(Math.min(...runs)).toBeGreaterThan(0);
    expect(firstStepMs).toBeGreaterThan(0);
    expect(lastLoss).toBeLessThan(firstLoss);
  }
  expect(gpu.firstLoss).toBeCloseTo(cpu.firstLoss, 5);
  server.close();
});
