/**
 * `npm run test:naga [-- --whole-steps]`: the parity cases once more, with shaders compiled by Naga instead of Tint, in npm's
 * deno. Each software driver found here gets its own run, because a compiler's and a driver's faults differ; they run side
 * by side. One of them plays the golden files too. Arguments go to `parity`: whole training steps take six minutes to compile.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { requireBrowser } from "./browser.mjs";
import { buildCommand } from "./cli.mjs";
import { softwareDrivers, vulkanEnvironment } from "./vulkan.mjs";

const deno = "node_modules/deno/bin.cjs";

/**
 * Runs a command on one driver. A run that ends without a report counts as one failure.
 * @param {{ name: string, driver: string }} adapter
 * @param {string} title
 * @param {readonly string[]} args
 * @returns {Promise<{ passed: number, failed: number }>}
 */
async function runCommand({ name, driver }, title, ...args) {
  const program = await buildCommand(title);
  const { VK_ADD_DRIVER_FILES: _replaced, ...vulkan } = vulkanEnvironment();
  const command = [deno, "run", "--allow-all", "--no-lock", "--unstable-webgpu", program, ...args];
  const child = spawn(process.execPath, [...command, "--backend", "webgpu", "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...vulkan, VK_DRIVER_FILES: driver, DENO_WEBGPU_BACKEND: "vulkan", NO_COLOR: "1" },
  });
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await ended;
  const report = parse(stdout);
  if (report === undefined) {
    console.log(stdout + stderr);
    console.log(`${title} on ${name}: ended without a report (exit status ${status})`);
    return { passed: 0, failed: 1 };
  }
  console.log(`${title} on ${name} (${report.adapter}): ${report.passed} passed, ${report.failed} failed`);
  const unnamed = report.failed === 0 && (status !== 0 || report.passed === 0);
  if (report.failed > 0) console.log(stdout + stderr);
  return { passed: report.passed, failed: report.failed + (unnamed ? 1 : 0) };
}

/**
 * @param {string} output
 * @returns {{ adapter: string, passed: number, failed: number } | undefined}
 */
function parse(output) {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

requireBrowser();
const drivers = softwareDrivers();
if (drivers.length === 0) {
  console.error("No WebGPU adapter for Deno: tried the SwiftShader that Chromium ships and Mesa's llvmpipe.");
  process.exit(1);
}
await buildCommand("parity"); // and all other commands with it, before two runs would do so at once
const golden = drivers.at(-1);
const runs = drivers.map(async (driver) => [
  await runCommand(driver, "parity", ...process.argv.slice(2)),
  ...(driver === golden ? [await runCommand(driver, "verify", "fixtures/golden")] : []),
]);
const results = (await Promise.all(runs)).flat();
const passed = results.reduce((total, result) => total + result.passed, 0);
const failed = results.reduce((total, result) => total + result.failed, 0);
console.log(`\nnaga: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
