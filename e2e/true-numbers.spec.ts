/**
 * Every number on the page is the real tensor of the network that trains. The parameters come out of the file that the
 * Save button gives; in Node they meet the probe word twice, in double precision: in a GRU written here from its
 * equations, and in the twins. Both must give what the page says at its cursor.
 */
import type { Page } from "@playwright/test";
import { gatherForwardTwin } from "../src/backends/reference/gather-forward.ts";
import { gruForwardTwin } from "../src/backends/reference/gru-forward.ts";
import { projectForwardTwin } from "../src/backends/reference/project-forward.ts";
import { twoForms } from "./experiments.ts";
import { expectWebGpu, openExperiment, PATIENCE_MS, saveRun, trainTo } from "./instrument.ts";
import { expect, test } from "./page.ts";
import { readSafetensorsFile, type SavedFile } from "./safetensors-reader.ts";

const GATES = ["z", "r", "n", "h"] as const;
type Gate = (typeof GATES)[number];

/** One place of the gates; everything counts from 1, as on the page. */
interface Place {
  readonly layer: number;
  readonly gate: Gate;
  readonly t: number;
  readonly unit: number;
}

/** Values [T, H] of one layer. */
type Views = Readonly<Record<Gate, Float64Array>>;

const STEPS = 12;
const WORD = "gated";
/** The boundary "·" is symbol 0 and opens every word; "a" is 1. */
const IDS = Uint32Array.from([0, ...[...WORD].map((letter) => letter.charCodeAt(0) - 96)]);
const FORMS = twoForms.model.layers.filter((layer) => layer.cell === "gru");

/** Corners, middles and every gate of both layers. */
const PLACES: readonly Place[] = [
  { layer: 1, gate: "z", t: 1, unit: 1 },
  { layer: 1, gate: "z", t: 4, unit: 7 },
  { layer: 1, gate: "r", t: 3, unit: 12 },
  { layer: 1, gate: "n", t: 6, unit: 5 },
  { layer: 1, gate: "h", t: 5, unit: 2 },
  { layer: 2, gate: "z", t: 6, unit: 9 },
  { layer: 2, gate: "r", t: 2, unit: 3 },
  { layer: 2, gate: "n", t: 5, unit: 8 },
  { layer: 2, gate: "h", t: 1, unit: 9 },
  { layer: 2, gate: "h", t: 6, unit: 4 },
];

/** Seven digits are shown, the adapter computes in single precision, and WGSL lets tanh and exp be 1e-5 off. */
const TOLERANCE = 2e-5;

test("the page says what a Float64 GRU computes from the saved parameters", async ({ page }) => {
  test.setTimeout(240_000);
  await openExperiment(page, twoForms);
  await expectWebGpu(page);
  await trainTo(page, STEPS);
  await page.getByRole("textbox", { name: /^Text to read/ }).fill(WORD);
  await page.getByRole("button", { name: "Show gates" }).click();
  await expect(page.getByRole("application", { name: "Layer 1, gate z: 12 units by 6 steps" })).toBeVisible({
    timeout: PATIENCE_MS,
  });
  await expect(page.getByText(`parameters of step ${STEPS}`)).toBeVisible({ timeout: PATIENCE_MS });

  const file = readSafetensorsFile((await saveRun(page)).bytes);
  expect(JSON.parse(file.metadata.experiment ?? "")).toEqual(twoForms);
  const literal = literalStack(file);
  const twins = twinStack(file);

  for (const place of PLACES) {
    const said = await sayAt(page, place);
    const where = JSON.stringify(place);
    expect(said.place, where).toEqual(place);
    expect(Math.abs(said.value - valueAt(literal, place)), where).toBeLessThan(TOLERANCE);
    expect(Math.abs(said.value - valueAt(twins, place)), where).toBeLessThan(TOLERANCE);
    // The comparison could not fail where neighbours are alike.
    const { unit } = place;
    const neighbour = { ...place, unit: unit === 1 ? 2 : unit - 1 };
    expect(Math.abs(said.value - valueAt(literal, neighbour)), where).toBeGreaterThan(10 * TOLERANCE);
  }
});

/** Moves the keyboard cursor to a place and reads the sentence that a screen reader hears. */
async function sayAt(page: Page, { layer, gate, t, unit }: Place): Promise<{ place: Place; value: number }> {
  const map = page.getByRole("application", { name: new RegExp(`^Layer ${layer}, gate ${gate}:`) });
  await map.focus();
  for (const key of ["Home", "PageUp", "PageUp"]) await map.press(key);
  for (let i = 1; i < t; i++) await map.press("ArrowRight");
  for (let i = 1; i < unit; i++) await map.press("ArrowDown");
  const said = page.getByRole("status", { name: "Value at the cursor" });
  await expect(said).toContainText(`gate ${gate}, t ${t} `);
  await expect(said).toContainText(`unit ${unit}:`);
  const text = await said.innerText();
  const parts = /^Layer (\d), gate ([zrnh]), t (\d) \((.)\), unit (\d+): (\S+)$/.exec(text);
  const [, saidLayer, saidGate, saidT, symbol, saidUnit, value] = parts ?? [];
  expect(symbol, text).toBe(t === 1 ? "·" : WORD[t - 2]);
  const known = GATES.find((name) => name === saidGate);
  if (!known) throw new Error(`the page says "${text}"`);
  const place = { layer: Number(saidLayer), gate: known, t: Number(saidT), unit: Number(saidUnit) };
  return { place, value: Number(value) };
}

function valueAt(stack: readonly Views[], { layer, gate, t, unit }: Place): number {
  const views = stack[layer - 1];
  const H = FORMS[layer - 1]?.units ?? 0;
  return views?.[gate][(t - 1) * H + unit - 1] ?? Number.NaN;
}

function tensor({ tensors }: SavedFile, name: string): Float64Array {
  const found = tensors.get(name);
  if (!found) throw new Error(`the file has no ${name}`);
  return found.values;
}

const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));

/** Both layers, one after the other, from the equations of docs/equations.md; one-hot rows in. */
function literalStack(file: SavedFile): readonly Views[] {
  const symbols = tensor(file, "head.b").length;
  let inputs = Array.from(IDS, (id) => Array.from({ length: symbols }, (_, k) => Number(k === id)));
  return FORMS.map(({ units, reset }, l) => {
    const parameter = (name: string) => tensor(file, `layers.${l}.${name}`);
    const views = literalGru(inputs, units, reset, parameter);
    inputs = inputs.map((_, t) => Array.from(views.h.subarray(t * units, (t + 1) * units)));
    return views;
  });
}

/** One layer, unit by unit. Columns of W and U are packed z | r | n. */
function literalGru(
  inputs: readonly (readonly number[])[],
  H: number,
  reset: "before" | "after",
  parameter: (name: string) => Float64Array,
): Views {
  const [W, U, b] = [parameter("W"), parameter("U"), parameter("b")];
  const bu = reset === "after" ? parameter("bu") : new Float64Array(3 * H);
  const zeros = () => new Float64Array(inputs.length * H);
  const views = { z: zeros(), r: zeros(), n: zeros(), h: zeros() };
  let before = new Float64Array(H);
  const times = (x: ArrayLike<number>, matrix: Float64Array, column: number) =>
    Array.from(x).reduce((sum, value, k) => sum + value * (matrix[k * 3 * H + column] ?? Number.NaN), 0);
  const at = (vector: Float64Array, i: number) => vector[i] ?? Number.NaN;
  inputs.forEach((x, t) => {
    const gate = (j: number, g: number) =>
      sigmoid(times(x, W, g * H + j) + at(b, g * H + j) + times(before, U, g * H + j) + at(bu, g * H + j));
    const r = before.map((_, j) => gate(j, 1));
    const opened = before.map((value, j) => at(r, j) * value);
    const now = before.map((old, j) => {
      const c = 2 * H + j;
      const memory = reset === "before" ? times(opened, U, c) : at(r, j) * (times(before, U, c) + at(bu, c));
      const n = Math.tanh(times(x, W, c) + at(b, c) + memory);
      const z = gate(j, 0);
      views.z[t * H + j] = z;
      views.r[t * H + j] = at(r, j);
      views.n[t * H + j] = n;
      return (1 - z) * old + z * n;
    });
    views.h.set(now, t * H);
    before = now;
  });
  return views;
}

/** The same through the product's twins, in double precision. */
function twinStack(file: SavedFile): readonly Views[] {
  const T = IDS.length;
  let below: Float64Array | null = null;
  return FORMS.map(({ units: H, reset }, l) => {
    const parameter = (name: string) => tensor(file, `layers.${l}.${name}`);
    const [W, b] = [parameter("W"), parameter("b")];
    const h = new Float64Array((T + 1) * H);
    const record = new Float64Array(T * 4 * H);
    const out = { N: T, C: 3 * H, outOffset: 0, outStride: 4 * H };
    if (below) {
      const D = below.length / T;
      projectForwardTwin({ x: below, W, b, out: record }, { ...out, D, xOffset: 0, xStride: D });
    } else gatherForwardTwin({ ids: IDS, W, b, out: record }, { ...out, D: W.length / (3 * H), biased: 1 });
    const bu = reset === "after" ? parameter("bu") : b;
    const plain = { reverse: 0, masked: 0, dropped: 0, rate: 0, site: 0, fromStep: 1, toStep: T };
    const numbers = { T, B: 1, H, reset: reset === "after" ? 1 : 0, activation: 0, flagBit: 1, ...plain };
    const unread = { mask: new Float64Array(T), key: new Uint32Array(2) };
    gruForwardTwin({ h, record, U: parameter("U"), bu, flags: new Uint32Array(1), ...unread }, numbers);
    const slot = (s: number) =>
      Float64Array.from({ length: T * H }, (_, i) => record[Math.floor(i / H) * 4 * H + s * H + (i % H)] ?? Number.NaN);
    below = h.slice(H);
    return { z: slot(0), r: slot(1), n: slot(2), h: below };
  });
}
