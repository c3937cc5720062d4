/**
 * Golden files: safetensors whose names are `<case>/<tensor>` and whose metadata lists the cases as JSON. F64 tensors
 * are reference results, F32 and I32 ones are inputs, with a few F32 results kept short to save space. Infos and
 * tensors are read as they are; nothing here knows what a case means.
 */
import * as v from "valibot";
import { numbersOf, readSafetensors, type TensorData } from "./safetensors.ts";
import { parseStrictJson } from "./strict-json.ts";

/** One tensor of a case. Row-major, batch-first where it has a batch. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** One case: its info as JSON and its tensors by their names without the case's name. */
export interface GoldenCase {
  readonly name: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, GoldenTensor>;
}

const CaseList = v.array(v.looseObject({ name: v.string() }));

/**
 * The cases of a file in its order; none for a file without a list of cases (a plain state dict). Throws
 * `SafetensorsError` for bytes of another format and `SyntaxError` or `ValiError` for a list that is none.
 */
export function readGoldenFile(file: ArrayBuffer): readonly GoldenCase[] {
  const { tensors, metadata } = readSafetensors(file);
  const list = metadata.get("cases");
  if (list === undefined) return [];
  return v.parse(CaseList, parseStrictJson(list)).map((info) => {
    const prefix = `${info.name}/`;
    const own = new Map<string, GoldenTensor>();
    for (const [name, tensor] of tensors) {
      const data = name.startsWith(prefix) ? numbersOf(tensor) : null;
      if (data) own.set(name.slice(prefix.length), { shape: tensor.shape, data });
    }
    return { name: info.name, info, tensors: own };
  });
}

/**
 * Swaps the first two axes, batch-first [B, T, …] ↔ time-major [T, B, …]; `width` is the product of the other axes.
 * Ids below 2²⁴ pass through f32 unchanged.
 */
export function swapLeadingAxes(
  data: ArrayLike<number>,
  axes: { readonly outer: number; readonly inner: number; readonly width: number },
): Float32Array<ArrayBuffer> {
  const { outer, inner, width } = axes;
  const swapped = new Float32Array(outer * inner * width);
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      for (let k = 0; k < width; k++) swapped[(j * outer + i) * width + k] = data[(i * inner + j) * width + k] ?? 0;
    }
  }
  return swapped;
}
