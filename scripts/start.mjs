/** `npm start`: builds the app, serves it on this machine, prints the address and opens a browser where there is one. */
import { spawn } from "node:child_process";
import { build } from "vite";
import { serve } from "./serve.mjs";

await build({ logLevel: "warn" });
const { url } = await serve({ folder: "dist", port: Number(process.env.PORT ?? 4173) });
console.log(`\nGatescope is running at ${url}\nStop it with Ctrl+C.`);
open(url);

/**
 * Opens the user's browser; a machine without a display, or without one to open, simply has the address above.
 * @param {string} address
 */
function open(address) {
  const headless = process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
  if (headless || process.env.CI || process.env.BROWSER === "none") return;
  const [command, ...args] =
    process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
  const child = spawn(command, [...args, address], { stdio: "ignore", detached: true });
  child.on("error", () => console.log("No browser could be opened from here; open the address by hand."));
  child.unref();
}
