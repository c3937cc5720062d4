/**
 * `npm run e2e:firefox`: one path through the built app in Firefox, where Naga compiles the shaders: load, train 20
 * steps on WebGPU, read a gate. Playwright cannot drive a distribution's Firefox, so this speaks WebDriver BiDi.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { launch } from "puppeteer-core";
import { build } from "vite";
import { serve } from "./serve.mjs";
import { softwareDrivers, vulkanEnvironment } from "./vulkan.mjs";

const TRAINED_STEPS = 20;
const PATIENCE_MS = 120_000;

process.exitCode = await main();

async function main() {
  const executablePath = findFirefox();
  if (executablePath === undefined) {
    console.error(
      "No Firefox: tried FIREFOX_PATH and an installed Firefox (on Debian: apt-get install -y firefox-esr).",
    );
    return 1;
  }
  await build({ logLevel: "warn" });
  const server = await serve({ folder: "dist", port: 4187 });
  const browser = await launchFirefox(executablePath);
  try {
    console.log(await browser.version());
    const page = await browser.newPage();
    await page.goto(server.url);
    await readGate(page);
    console.log("\n1 passed, 0 failed");
    return 0;
  } catch (error) {
    console.error(error);
    console.log("\n0 passed, 1 failed");
    return 1;
  } finally {
    await browser.close();
    server.close();
  }
}

/**
 * Waits for the run that the page starts by itself, pauses it, and asks a cell of the first heatmap for its value.
 * @param {import("puppeteer-core").Page} page
 */
async function readGate(page) {
  const patience = { timeout: PATIENCE_MS, polling: 200 };
  const badge = await page.waitForFunction(
    () =>
      [...document.querySelectorAll("button")]
        .map((button) => button.innerText)
        .find((text) => /^WebGPU · /.test(text)),
    patience,
  );
  console.log(`device: ${await badge.jsonValue()}`);
  const step = await page.waitForFunction(
    (steps) => {
      const terms = [...document.querySelectorAll("dl[aria-label='Progress'] dt")];
      const shown = terms.find((term) => term.textContent === "Step")?.nextElementSibling?.textContent ?? "";
      return Number(shown.replace(/\D/g, "")) >= steps && shown;
    },
    patience,
    TRAINED_STEPS,
  );
  console.log(`trained: step ${await step.jsonValue()}`);
  await page.keyboard.press(" ");
  await page.focus("[aria-label^='Layer 1, gate']");
  await page.keyboard.press("ArrowRight");
  const readout = await page.waitForFunction(() => {
    const said = document.querySelector("output[aria-label='Value at the cursor']")?.textContent ?? "";
    return /unit \d+: [01]?\.\d+$/.test(said) && said;
  }, patience);
  console.log(`read: ${await readout.jsonValue()}`);
}

/** `FIREFOX_PATH`, else an installed Firefox. @returns {string | undefined} */
function findFirefox() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = folders.flatMap((folder) => ["firefox-esr", "firefox"].map((name) => join(folder, name)));
  const fixed = ["/Applications/Firefox.app/Contents/MacOS/firefox", "C:\\Program Files\\Mozilla Firefox\\firefox.exe"];
  return process.env.FIREFOX_PATH ?? [...onPath, ...fixed].find((path) => existsSync(path));
}

/**
 * Firefox on llvmpipe where Mesa is installed, else on SwiftShader, else on what the machine has.
 * @param {string} executablePath
 */
function launchFirefox(executablePath) {
  const drivers = softwareDrivers();
  const driver = drivers.find(({ name }) => name === "llvmpipe") ?? drivers[0];
  const { VK_ADD_DRIVER_FILES: _replaced, ...vulkan } = vulkanEnvironment();
  return launch({
    browser: "firefox",
    executablePath,
    headless: true,
    env: { ...process.env, ...vulkan, ...(driver && { VK_DRIVER_FILES: driver.driver }) },
    extraPrefsFirefox: {
      "dom.webgpu.enabled": true,
      "dom.webgpu.workers.enabled": true,
      "gfx.webgpu.ignore-blocklist": true,
    },
  });
}
