/**
 * Plays parity cases with several models in one Program and each of them alone, on one backend, and tells where a bit
 * differs: models side by side must never see each other, nor be computed in another order than alone. Their numbers differ, and
 * their run-time scalars wherever these may.
 */
import type { Backend, PlayScalars } from "../core/backend.ts";
import { findOperation } from "../operations/registry.ts";
import { PARITY_CASES } from "./parity-cases.ts";
import { type Arrays, createParityProgram, fillTensors } from "./parity-program.ts";

/** Models side by side: an odd number, so that no stride of a power of two hides a mistake. */
const MODELS = 3;

/** Cases of more elements are left to `runParity`; they only take long. */
const MAX_ELEMENTS = 200_000;

/** What was compared, and every tensor of a model that differs from the same model alone, in words. */
export interface ModelsComparison {
  readonly cases: number;
  readonly differences: readonly string[];
}

type ParityProgram = ReturnType<typeof createParityProgram>;
type Scalars = Readonly<Record<string, number>>;

/** What one model is played with. */
interface PlayedModel {
  readonly arrays: Arrays;
  readonly scalars: Scalars;
}

/** Names of the scalars that may differ between models: those of type f32 of kernels that have them for each. */
function ownScalars(operation: string): readonly string[] {
  const { implementations, scalars } = findOperation(operation);
  const kernels = Object.values(implementations).flatMap(({ passes }) => passes.flatMap((pass) => pass.kernels));
  const own = kernels.filter(({ scalarsPerModel }) => scalarsPerModel).flatMap((kernel) => kernel.scalars);
  return scalars.filter((name) => own.some((scalar) => scalar.name === name && scalar.type === "f32"));
}

/** The scalars of a play: one number for all, or one for each model where they may differ. */
function joinScalars(models: readonly PlayedModel[], own: readonly string[]): PlayScalars {
  const each = own.map((name) => [name, models.map(({ scalars }) => scalars[name] ?? Number.NaN)] as const);
  return { ...models[0]?.scalars, ...Object.fromEntries(each) };
}

/** Every tensor of every model after one play. */
async function playModels(
  backend: Backend,
  program: ParityProgram,
  models: readonly PlayedModel[],
  own: readonly string[],
): Promise<Arrays[]> {
  const whole = { ...program, models: models.length };
  const player = await backend.create(whole, backend.plan(whole));
  try {
    for (const [model, { arrays }] of models.entries()) {
      for (const [name, array] of arrays) player.write(name, array, 0, model);
    }
    const scalars = joinScalars(models, own);
    player.playSteps(["forward"], 1, () => scalars);
    const readAll = async (_: PlayedModel, model: number) => {
      const read = async ({ name }: { readonly name: string }) =>
        [name, await player.read(name, 0, undefined, model)] as const;
      return new Map(await Promise.all(program.tensors.map(read)));
    };
    return await Promise.all(models.map(readAll));
  } finally {
    player.dispose();
  }
}

/** Where two arrays differ in a bit, or -1. Any NaN equals any other: which of its bits are set, neither JavaScript nor WGSL says. */
function firstDifference(a: Float32Array | Uint32Array, b: Float32Array | Uint32Array): number {
  return a.length === b.length ? a.findIndex((value, i) => !Object.is(value, b[i])) : 0;
}

/** Compares every case of `operation` that is not too large and that `accepts` takes; the models have their own scalars where they may. */
export async function compareModelsWithAlone(
  backend: Backend,
  operation: string,
  accepts: (program: ParityProgram) => boolean = () => true,
): Promise<ModelsComparison> {
  const differences: string[] = [];
  const own = ownScalars(operation);
  let cases = 0;
  for (const [step, parityCase] of PARITY_CASES.filter((one) => one.operation === operation).entries()) {
    const program = createParityProgram(parityCase);
    if (program.tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0) > MAX_ELEMENTS || !accepts(program))
      continue;
    cases++;
    const models = Array.from({ length: MODELS }, (_, m): PlayedModel => {
      const scalars = Object.entries(parityCase.scalars ?? {}).map(([name, value]) => {
        return [name, own.includes(name) ? value * (1 - m / 8) : value] as const;
      });
      return { arrays: fillTensors(program, parityCase, { seed: m + 1, step }), scalars: Object.fromEntries(scalars) };
    });
    const together = await playModels(backend, program, models, own);
    for (const [m, model] of models.entries()) {
      const [alone] = await playModels(backend, program, [model], own);
      for (const { name } of program.tensors) {
        const [left, right] = [together[m]?.get(name), alone?.get(name)];
        const i = left && right ? firstDifference(left, right) : 0;
        if (i >= 0) differences.push(`${name}[${i}] of model ${m}: ${left?.[i]} beside others, ${right?.[i]} alone`);
      }
    }
  }
  return { cases, differences };
}
