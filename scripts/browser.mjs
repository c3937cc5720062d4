/**
 * Which browser the tests drive, and with which flags. One module for Vitest, Playwright and the test command, so that
 * they cannot disagree. Finding never installs; `obtainBrowser` does, and says so first.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const FIXED_PATHS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ...[process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, "Google/Chrome/Application/chrome.exe")),
];

/**
 * The browser to use: `CHROMIUM_PATH`, else an installed Chromium or Chrome, else the one that Playwright has installed.
 * @returns {string | undefined}
 */
export function findBrowser() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...FIXED_PATHS, chromium.executablePath()].find((path) => existsSync(path));
}

/**
 * As `findBrowser`, but installs one where there is none: through Playwright, or as root on Debian through apt. Ends the
 * process with one sentence where nothing worked.
 * @returns {string}
 */
export function requireBrowser() {
  if (process.env.CHROMIUM_PATH && !existsSync(process.env.CHROMIUM_PATH)) {
    stop(`No browser: CHROMIUM_PATH is ${process.env.CHROMIUM_PATH}, and nothing is there.`);
  }
  const browser = findBrowser() ?? installBrowser();
  if (browser === undefined) {
    stop(
      "No browser: found no Chromium or Chrome, and neither `npx playwright install chromium` nor (as root on Debian) `apt-get install -y chromium` gave one; set CHROMIUM_PATH.",
    );
  }
  return browser;
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

function installBrowser() {
  console.log("No Chromium or Chrome here; installing one: npx playwright install chromium");
  run("npx", ["playwright", "install", "chromium"]);
  if (findBrowser() === undefined && process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    console.log("That did not work; installing Debian's: apt-get update && apt-get install -y chromium");
    run("apt-get", ["update", "-q"]);
    run("apt-get", ["install", "-y", "-q", "chromium"]);
  }
  return findBrowser();
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

/**
 * Chromium's flags. SwiftShader comes with every Chromium, so tests give the same numbers everywhere;
 * `WEBGPU_ADAPTER=default` uses the machine's own GPU instead.
 */
export const browserFlags = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-webgpu",
  ...(process.env.WEBGPU_ADAPTER === "default" ? [] : ["--use-webgpu-adapter=swiftshader"]),
];
