/**
 * `npm test`: everything that has to hold before a change lands, stage by stage. Static checks run in pairs, and so do the
 * kernels, which mostly wait for a compiler of one thread each, and the unit tests; their output comes when they are done.
 * End-to-end tests use all cores by themselves. The last line is `N passed, N failed`, where a static check counts as one.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { requireBrowser } from "./browser.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ name: string, counts: Counts, seconds: number }} Result */

const reports = "node_modules/.cache/test-reports";

const checks = [
  { name: "format", command: ["biome", "format", "."] },
  { name: "lint", command: ["biome", "check", "--formatter-enabled=false", "--error-on-warnings", "."] },
  { name: "promises", command: ["oxlint", "--type-aware"] },
  { name: "types", command: ["tsc", "-b"] },
  { name: "dead code", command: ["knip", "--no-progress"] },
];

/** Those of a line run two at a time: the kernels in Node are cut in two, so that both cores are done at about the same time. */
const suites = [
  [
    { name: "kernels in Node, 1/2", command: [...vitest("kernels-node"), "--shard=1/2"], count: countVitest },
    { name: "kernels in Node, 2/2", command: [...vitest("kernels-node"), "--shard=2/2"], count: countVitest },
    { name: "kernels in Chromium", command: vitest("kernels-browser"), count: countVitest },
    { name: "unit", command: vitest("unit", "unit-mocking"), count: countVitest },
  ],
  [{ name: "end to end", command: ["playwright", "test", "--reporter=list,json"], count: countPlaywright }],
];

process.exitCode = await main();

async function main() {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const browser = requireBrowser();
  process.env.CHROMIUM_PATH = browser;
  console.log(`Browser: ${browser}`);

  const results = await inPairs(checks.map((check) => () => runCheck(check)));
  for (const line of suites) {
    const quiet = line.length > 1;
    if (quiet) console.log(`\n${line.map(({ name }) => name).join(", ")}: two at a time`);
    results.push(...(await inPairs(line.map((suite) => () => runSuite(suite, quiet)))));
  }
  const total = { passed: sum(results, "passed"), failed: sum(results, "failed"), skipped: sum(results, "skipped") };
  console.log(`\n${"stage".padEnd(22)}${"passed".padStart(8)}${"failed".padStart(8)}${"seconds".padStart(9)}`);
  for (const { name, counts, seconds } of results) {
    const row = [String(counts.passed).padStart(8), String(counts.failed).padStart(8), seconds.toFixed(1).padStart(9)];
    console.log(name.padEnd(22) + row.join(""));
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ""}`);
  return total.failed === 0 ? 0 : 1;
}

/**
 * A static check prints its output only when it fails.
 * @param {{ name: string, command: string[] }} check
 * @returns {Promise<Result>}
 */
async function runCheck({ name, command }) {
  const { code, output, seconds } = await run(command, { quiet: true });
  console.log(code === 0 ? `✓ ${name}` : `✗ ${name}\n${output}`);
  return { name, counts: { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }, seconds };
}

/**
 * A suite's counts come from its report. A runner that fails without naming a test counts as one failure.
 * @param {{ name: string, command: string[], count: (report: unknown) => Counts }} suite
 * @param {boolean} quiet Its output is printed in one piece when it has ended.
 * @returns {Promise<Result>}
 */
async function runSuite({ name, command, count }, quiet) {
  if (!quiet) console.log(`\n── ${name}`);
  const file = join(reports, `${name.replaceAll(/\W+/g, "-")}.json`);
  const args = command[0] === "vitest" ? [...command, `--outputFile.json=${file}`] : command;
  const { code, output, seconds } = await run(args, { quiet, env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file } });
  if (quiet) console.log(`\n── ${name}\n${output}`);
  const counts = readCounts(file, count);
  const unnamed = counts.failed === 0 && (code !== 0 || counts.passed === 0);
  return { name, counts: { ...counts, failed: counts.failed + (unnamed ? 1 : 0) }, seconds };
}

/**
 * @param {string} file
 * @param {(report: unknown) => Counts} count
 */
function readCounts(file, count) {
  try {
    return count(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    console.error(`No report of this stage: ${error instanceof Error ? error.message : error}`);
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

/** @param {string[]} projects */
function vitest(...projects) {
  return ["vitest", "run", ...projects.map((name) => `--project=${name}`), "--reporter=default", "--reporter=json"];
}

/** @param {any} report @returns {Counts} */
function countVitest(report) {
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed: report.numFailedTests, skipped };
}

/** @param {any} report @returns {Counts} */
function countPlaywright({ stats }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

/**
 * Runs a tool of `node_modules/.bin`.
 * @param {string[]} command
 * @param {{ quiet: boolean, env?: Record<string, string> }} options
 * @returns {Promise<{ code: number, output: string, seconds: number }>}
 */
function run([tool = "", ...args], { quiet, env = {} }) {
  const started = performance.now();
  const bin = join("node_modules", ".bin", process.platform === "win32" ? `${tool}.cmd` : tool);
  const child = spawn(bin, args, {
    stdio: ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
    shell: process.platform === "win32",
    env: { ...process.env, ...env },
  });
  let output = "";
  child.stdout?.on("data", (data) => (output += data));
  child.stderr?.on("data", (data) => (output += data));
  return new Promise((done) => {
    const end = (/** @type {number} */ code) => done({ code, output, seconds: (performance.now() - started) / 1000 });
    child.on("error", (error) => {
      output += error.message;
      end(1);
    });
    child.on("close", (code) => end(code ?? 1));
  });
}

/**
 * Runs the jobs two at a time and keeps their order.
 * @param {(() => Promise<Result>)[]} jobs
 */
async function inPairs(jobs) {
  /** @type {Result[]} */
  const results = [];
  let next = 0;
  const lane = async () => {
    for (let job = next++; job < jobs.length; job = next++) {
      const start = jobs[job];
      if (start) results[job] = await start();
    }
  };
  await Promise.all([lane(), lane()]);
  return results;
}

/**
 * @param {Result[]} results
 * @param {keyof Counts} key
 */
function sum(results, key) {
  return results.reduce((total, { counts }) => total + counts[key], 0);
}
