/**
 * Where Dawn in Node and wgpu in Deno find a Vulkan driver on a machine without a GPU: Chromium ships a loader and
 * SwiftShader beside its executable. The variables have to be in the environment before the process starts, because
 * the dynamic linker reads LD_LIBRARY_PATH only once.
 */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { findBrowser } from "./browser.mjs";

const SWIFTSHADER = "vk_swiftshader_icd.json";
const MESA_FOLDER = "/usr/share/vulkan/icd.d";

/**
 * Variables to add to a child's environment; empty where the platform brings its own (macOS, Windows) or no Chromium is
 * found. SwiftShader is added to the machine's drivers, it does not replace them; `VK_DRIVER_FILES`, where it is set, wins.
 * @returns {Record<string, string>}
 */
export function vulkanEnvironment() {
  const folder = chromiumFolder();
  if (folder === undefined) return {};
  const driver = process.env.VK_DRIVER_FILES ? {} : { VK_ADD_DRIVER_FILES: join(folder, SWIFTSHADER) };
  const libraries = [process.env.LD_LIBRARY_PATH, folder].filter(Boolean).join(delimiter);
  return { ...driver, LD_LIBRARY_PATH: libraries, XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir() };
}

/**
 * Driver files of the software adapters on this machine: Chromium's SwiftShader, and Mesa's llvmpipe where it is installed.
 * @returns {{ name: string, driver: string }[]}
 */
export function softwareDrivers() {
  const folder = chromiumFolder();
  const mesa = existsSync(MESA_FOLDER)
    ? readdirSync(MESA_FOLDER).find((file) => file.startsWith("lvp_icd"))
    : undefined;
  return [
    ...(folder === undefined ? [] : [{ name: "SwiftShader", driver: join(folder, SWIFTSHADER) }]),
    ...(mesa === undefined ? [] : [{ name: "llvmpipe", driver: join(MESA_FOLDER, mesa) }]),
  ];
}

/** Folder that holds SwiftShader's driver file: beside the executable, or where a distribution's wrapper starts it. */
function chromiumFolder() {
  const browser = findBrowser();
  if (process.platform !== "linux" || browser === undefined || !existsSync(browser)) return undefined;
  const folders = [
    dirname(realpathSync(browser)),
    "/usr/lib/chromium",
    "/usr/lib/chromium-browser",
    "/opt/google/chrome",
  ];
  return folders.find((folder) => existsSync(join(folder, SWIFTSHADER)));
}
