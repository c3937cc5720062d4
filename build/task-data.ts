/**
 * Vite plugin that cuts the data of the built-in tasks out of their npm packages at build time and serves it as the
 * modules `virtual:seattle-weather` and `virtual:english-words`. The weather file is read by its path: `vega-datasets`
 * fetches from a CDN when it is imported, and blocks deep imports. A package that changed its rows fails the build.
 */
import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";
import { encodeWords } from "../src/tasks/front-coding.ts";

const WEATHER_FILE = new URL("../node_modules/vega-datasets/data/seattle-weather.csv", import.meta.url);
const WEATHER_HEADER = "date,precipitation,temp_max,temp_min,wind,weather";
const DAY_MS = 86_400_000;

/** Numbers with one decimal as whole tenths: shorter, and exact. */
function tenths(cell: string | undefined): number {
  if (cell === undefined || !/^-?\d+\.\d$/.test(cell)) throw new Error(`seattle-weather.csv: not a tenth: ${cell}`);
  return Math.round(Number(cell) * 10);
}

async function weatherModule(): Promise<string> {
  const [header, ...lines] = (await readFile(WEATHER_FILE, "utf8")).trim().split(/\r?\n/);
  if (header !== WEATHER_HEADER) throw new Error(`seattle-weather.csv: header is ${header}`);
  const rows = lines.map((line) => line.split(","));
  const dates = rows.map(([date = ""]) => date);
  const firstMs = Date.parse(dates[0] ?? "");
  dates.forEach((date, day) => {
    if (Date.parse(date) !== firstMs + day * DAY_MS) throw new Error(`seattle-weather.csv: gap before ${date}`);
  });
  const column = (index: number) => JSON.stringify(rows.map((row) => tenths(row[index])));
  return [
    `export const days = ${JSON.stringify(dates)};`,
    `export const precipitation = ${column(1)};`,
    `export const maximum = ${column(2)};`,
    `export const minimum = ${column(3)};`,
    `export const wind = ${column(4)};`,
  ].join("\n");
}

async function wordsModule(): Promise<string> {
  const { dictionary } = await import("cmu-pronouncing-dictionary"); // 3.6 MB of script: not for every start of Vite
  const words = Object.keys(dictionary)
    .filter((key) => /^[a-z]{2,14}$/.test(key))
    .sort();
  return `export const frontCoded = ${JSON.stringify(encodeWords(words))};`;
}

/** Source text of each data module, by the id under which tasks import it. */
export const DATA_MODULES: Readonly<Record<string, () => Promise<string>>> = {
  "virtual:seattle-weather": weatherModule,
  "virtual:english-words": wordsModule,
};

/** Serves the data modules of the tasks. Needed twice: in `plugins`, and in `worker.plugins` for the worker's bundle. */
export function taskData(): Plugin {
  return {
    name: "task-data",
    // The leading NUL keeps other plugins from taking the id for a path (Rollup's convention).
    resolveId: (id) => (Object.hasOwn(DATA_MODULES, id) ? `\0${id}` : null),
    load: (id) => (id.startsWith("\0") ? (DATA_MODULES[id.slice(1)]?.() ?? null) : null),
  };
}
