/**
 * Runs a command in Node: `node scripts/cli.mjs train --steps 100`. Node 20 reads no TypeScript and no
 * shader text, so the commands are built into `dist-cli/` first, whenever a source is newer than the last build.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { findCommands } from "./commands.mjs";
import { vulkanEnvironment } from "./vulkan.mjs";

const BENCH = readdirSync("bench").filter((entry) => entry !== "node_modules");
const SOURCES = [
  "src",
  ...BENCH.map((entry) => `bench/${entry}`),
  "shaders",
  "wasm",
  "build",
  "vite.config.ts",
  "package-lock.json",
];

/** @param {string} path */
function newestChange(path) {
  if (!existsSync(path)) return 0;
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs;
  const entries = readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return Math.max(0, ...entries.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

/**
 * Builds every command if a source changed. Prints nothing on success: stdout belongs to the command.
 * @param {string} command
 * @returns {Promise<string>} path of the built command
 */
export async function buildCommand(command) {
  const built = `dist-cli/${command}.js`;
  const stale = !existsSync(built) || Math.max(...SOURCES.map(newestChange)) > statSync(built).mtimeMs;
  if (stale) await build({ logLevel: "error", build: { ssr: true } });
  return built;
}

const [command = "", ...args] = process.argv.slice(2);
if (import.meta.filename === process.argv[1]) {
  const commands = Object.keys(findCommands());
  if (!commands.includes(command)) {
    console.error(`There is no command "${command}"; there are ${commands.join(", ")}.`);
    process.exit(1);
  }
  const built = await buildCommand(command);
  const env = { ...process.env, ...vulkanEnvironment() };
  const child = spawn(process.execPath, ["--enable-source-maps", built, ...args], { stdio: "inherit", env });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
