/** Where the sources of the commands lie: one module for the build and for the script that runs them. */
import { readdirSync } from "node:fs";

/**
 * Entry file of every command by its name: the files of `src/cli/`, and the bench, which is no part of the product.
 * @returns {Record<string, string>}
 */
export function findCommands() {
  const files = readdirSync("src/cli").filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  return {
    ...Object.fromEntries(files.map((file) => [file.slice(0, -3), `src/cli/${file}`])),
    bench: "bench/bench.ts",
  };
}
