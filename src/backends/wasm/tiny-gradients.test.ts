/**
 * Gradients that have vanished: below 2⁻¹⁰⁰ they count as 0, because processors multiply subnormal numbers a hundred times as
 * slowly, which a long sequence is full of on its way back. A little above nothing is left out.
 */
import { expect, test } from "vitest";
import { PARITY_CASES } from "../../checks/parity-cases.ts";
import { createParityProgram, fillTensors } from "../../checks/parity-program.ts";
import { createReferenceBackend } from "../reference/player.ts";
import { createWasmBackend } from "./backend.ts";

const wasm = await createWasmBackend();

/** Gradients of all gates of one step, `dh` being the same everywhere and nothing coming in through a cell state. */
async function differentiate(operation: string, dh: number, backend = wasm): Promise<Float32Array> {
  const one = PARITY_CASES.find(
    ({ operation: name, numbers: { T, reset } }) => name === operation && T === 1 && reset !== 0,
  )!;
  const program = createParityProgram(one);
  const player = await backend.create(program, backend.plan(program));
  for (const [name, array] of fillTensors(program, one, { seed: 1, step: 0 })) {
    player.write(name, name === "dh" ? array.fill(dh) : name === "dc" ? array.fill(0) : array);
  }
  player.playSteps(["forward"], 1, () => ({}));
  const slots = operation === "rnn-backward" ? 1 : operation === "ugrnn-backward" ? 2 : 4;
  const record = await player.read("record", 0, slots);
  player.dispose();
  return Float32Array.from(record);
}

test.each(["gru-backward", "lstm-backward", "ugrnn-backward", "rnn-backward"])("%s", async (operation) => {
  const vanished = await differentiate(operation, 2 ** -101);
  expect(vanished.every((value) => value === 0)).toBe(true);
  const small = await differentiate(operation, 2 ** -99);
  const expected = await differentiate(operation, 2 ** -99, createReferenceBackend());
  expect(expected.some((value) => value !== 0)).toBe(true);
  for (const [i, value] of small.entries()) expect(value / 2 ** -99).toBeCloseTo(expected[i]! / 2 ** -99, 5);
  const broken = await differentiate(operation, Number.NaN);
  expect(broken.some((value) => Number.isNaN(value))).toBe(true);
});
