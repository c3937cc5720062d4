/**
 * `npm run mutants [-- filter]`: does the suite notice a slip of the pen? Each mutant changes one character (a sign, an
 * index, a slot, a factor) of a twin or a shader and must turn a test red. Works on a copy of the tree in a temporary
 * folder, never on the files themselves. Exit 0 when every mutant is caught, 1 when one survives, when the unchanged
 * tree is red or when the text that a mutant wants to change is gone.
 */
import "./node-version.mjs";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import { mutants } from "./mutants-list.mjs";

/** @typedef {import("./mutants-list.mjs").Mutant} Mutant */

const root = resolve(import.meta.dirname, "..");
/** Not needed by the tests, or linked instead of copied. */
const leftOut = new Set(["node_modules", ".git", "dist", "dist-cli", "test-results"].map((name) => join(root, name)));

process.exitCode = await main(process.argv.slice(2));

/** @param {string[]} filters */
async function main(filters) {
  const chosen = mutants.filter(({ file }) => filters.every((filter) => file.includes(filter)));
  const copy = mkdtempSync(join(tmpdir(), "gatescope-mutants-"));
  try {
    cpSync(root, copy, { recursive: true, filter: (source) => !leftOut.has(source) });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
    if (!(await isGreen(copy, chosen))) return 1;
    let survivors = 0;
    for (const mutant of chosen) {
      if (!(await isCaught(copy, mutant))) survivors++;
    }
    console.log(`\n${chosen.length - survivors} of ${chosen.length} mutants caught`);
    return survivors === 0 && chosen.length > 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/**
 * The unchanged copy has to pass, or red would prove nothing.
 * @param {string} copy
 * @param {Mutant[]} chosen
 */
async function isGreen(copy, chosen) {
  for (const project of new Set(chosen.map((mutant) => mutant.project))) {
    const tests = new Set(chosen.filter((mutant) => mutant.project === project).map((mutant) => mutant.tests));
    const { success, passed, output } = await runTests(copy, project, [...tests]);
    if (!success || passed === 0) {
      console.error(`${output}\nThe unchanged tree is red in ${project}: nothing can be learnt from mutants.`);
      return false;
    }
  }
  return true;
}

/**
 * @param {string} copy
 * @param {Mutant} mutant
 */
async function isCaught(copy, { file, from, to, project, tests, only }) {
  const path = join(copy, ...file.split("/"));
  const text = readFileSync(path, "utf8");
  const parts = text.split(from);
  if (parts.length !== 2 || !differsByOneCharacter(from, to)) {
    console.log(`✗ ${file}: "${from}" occurs ${parts.length - 1} times, or "${to}" is more than one character away`);
    return false;
  }
  writeFileSync(path, parts.join(to));
  try {
    const { failed } = await runTests(copy, project, [tests], only);
    console.log(`${failed > 0 ? "✓ caught  " : "✗ SURVIVED"} ${file}: ${from}  →  ${to}`);
    return failed > 0;
  } finally {
    writeFileSync(path, text);
  }
}

/**
 * One replaced, inserted or removed character.
 * @param {string} a
 * @param {string} b
 */
function differsByOneCharacter(a, b) {
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return Math.max(a.length, b.length) - start - end === 1;
}

/**
 * Counts of tests. A file that does not even load is no success but no failed test either: it proves nothing.
 * @param {string} copy
 * @param {string} project
 * @param {string[]} files
 * @param {string} [only]
 * @returns {Promise<{ success: boolean, passed: number, failed: number, output: string }>}
 */
async function runTests(copy, project, files, only) {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const args = ["run", "--project", project, "--reporter=json", `--outputFile=${report}`, "--bail=1"];
  if (only) args.push("-t", only);
  const paths = files.map((file) => file.split("/").join(sep));
  const child = spawn(process.execPath, [vitest, ...args, ...paths], { cwd: copy, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (output += data));
  await new Promise((done) => child.on("close", done));
  try {
    const { success, numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    return { success, passed: numPassedTests, failed: numFailedTests, output };
  } catch {
    return { success: false, passed: 0, failed: 0, output };
  }
}
