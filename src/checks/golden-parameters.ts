/** Between the engine's flat buffers and the named parameters of single layers. */
import { elementCount } from "../core/dims.ts";
import { TENSOR } from "../engine/layers.ts";
import type { Model } from "../engine/model.ts";

/** Values to write into a tensor from an element on. */
export interface TensorWrite {
  readonly tensor: string;
  readonly offset: number;
  readonly data: Float32Array<ArrayBuffer>;
}

/** Where the parameters of one layer (or of the head, `null`) go in the flat buffer. */
export function parameterWrites(
  model: Model,
  layer: number | null,
  parameters: ReadonlyMap<string, Float32Array<ArrayBuffer>>,
): readonly TensorWrite[] {
  return model.segments.flatMap((segment) => {
    const data = segment.layer === layer ? parameters.get(segment.parameter) : undefined;
    return data ? [{ tensor: TENSOR.parameters, offset: segment.offset, data }] : [];
  });
}

/** One named part of a flat buffer of parameters or gradients. */
export function segmentOf(
  flat: Float32Array<ArrayBuffer>,
  model: Model,
  layer: number | null,
  parameter: string,
): Float32Array<ArrayBuffer> {
  const segment = model.segments.find((other) => other.layer === layer && other.parameter === parameter);
  if (!segment) throw new Error(`layer ${layer ?? "head"} has no parameter ${parameter}`);
  return flat.subarray(segment.offset, segment.offset + elementCount(segment.shape));
}
