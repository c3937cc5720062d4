/** Between the engine's flat buffers and the named parameters of single layers. */
import { elementCount } from "../core/dims.ts";
import type { Model } from "../engine/model.ts";
import { TENSOR } from "../engine/tensor-names.ts";

/** Values to write into a tensor from an element on. */
export interface TensorWrite {
  readonly tensor: string;
  readonly offset: number;
  readonly data: Float32Array<ArrayBuffer>;
}

/** Where the parameters of one owner (`layers.0`, `head`) go in the flat buffer. */
export function parameterWrites(
  model: Model,
  owner: string,
  parameters: ReadonlyMap<string, Float32Array<ArrayBuffer>>,
): readonly TensorWrite[] {
  return model.segments.flatMap(({ name, offset }) => {
    const data = name.startsWith(`${owner}.`) ? parameters.get(name.slice(owner.length + 1)) : undefined;
    return data ? [{ tensor: TENSOR.parameters, offset, data }] : [];
  });
}

/** Where parameters go in the flat buffer, by the names of their segments. */
export function segmentWrites(
  model: Model,
  parameters: ReadonlyMap<string, Float32Array<ArrayBuffer>>,
): readonly TensorWrite[] {
  return model.segments.flatMap(({ name, offset }) => {
    const data = parameters.get(name);
    return data ? [{ tensor: TENSOR.parameters, offset, data }] : [];
  });
}

/** One named part of a flat buffer of parameters or gradients. */
export function segmentOf(flat: Float32Array<ArrayBuffer>, model: Model, name: string): Float32Array<ArrayBuffer> {
  const segment = model.segments.find((other) => other.name === name);
  if (!segment) throw new Error(`the model has no parameter ${name}`);
  return flat.subarray(segment.offset, segment.offset + elementCount(segment.shape));
}
