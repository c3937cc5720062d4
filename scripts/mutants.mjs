/**
 * `npm run mutants`: makes the small changes listed in `tests/mutants.json`, one at a time, in a copy of the working tree,
 * and asks the tests about each. A change that no test notices is a hole in the tests. A word after the command runs
 * only the mutants whose file name contains it.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** @typedef {{ file: string, from: string, to: string, about: string }} Mutant */

/** Tests that answer for a file: shaders are judged against their twins, everything else by the unit tests. */
const suites = {
  shaders: ["--project", "kernels-node"],
  source: ["--project", "unit", "src/backends", "src/engine", "src/checks", "tests/golden"],
};

/** @param {string} file */
const suiteOf = (file) => (file.startsWith("shaders/") ? suites.shaders : suites.source);

const copy = copyTree();
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(130));

const only = process.argv[2] ?? "";
/** @type {Mutant[]} */
const listed = JSON.parse(readFileSync("tests/mutants.json", "utf8"));
const mutants = listed.filter(({ file }) => file.includes(only));
for (const suite of new Set(mutants.map(({ file }) => suiteOf(file)))) {
  const { status, stdout } = runTests(suite);
  if (status !== 0) {
    console.error(`${stdout}\nThe tests fail without any change, so they cannot judge one: ${suite.join(" ")}`);
    process.exit(1);
  }
}

const survivors = mutants.filter((mutant) => {
  const killed = isNoticed(mutant);
  console.log(`${killed ? "noticed " : "SURVIVED"}  ${mutant.file}: ${mutant.about}`);
  return !killed;
});
console.log(`\nmutants: ${mutants.length - survivors.length} passed, ${survivors.length} failed`);
process.exitCode = survivors.length === 0 ? 0 : 1;

/**
 * Applies one change, runs the tests, and takes the change back.
 * @param {Mutant} mutant
 */
function isNoticed({ file, from, to }) {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`${file}: "${from}" stands there ${places} times; a mutant needs one place`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  const { status } = runTests(suiteOf(file));
  writeFileSync(path, text);
  return status !== 0;
}

/** @param {readonly string[]} suite */
function runTests(suite) {
  const args = [join(copy, "node_modules/vitest/vitest.mjs"), "run", "--bail=1", ...suite];
  return spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8", timeout: 300_000 });
}

/** Copies what git tracks or would track, as it is now, and links the packages. */
function copyTree() {
  const folder = mkdtempSync(join(tmpdir(), "mutants-"));
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  for (const file of new Set(files.split("\0").filter((name) => name !== "" && existsSync(name)))) {
    cpSync(file, join(folder, file));
  }
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "dir");
  return folder;
}
