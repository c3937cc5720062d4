/**
 * The legend of extents and indices used by every room. Capital = extent, lower case = index. Everything is row-major
 * (last axis fastest) and activations are time-major, `[T, B, …]`.
 *
 * | extent | index | meaning                     |
 * | ------ | ----- | --------------------------- |
 * | T      | t     | time steps                  |
 * | B      | b     | batch rows                  |
 * | N      | n     | rows of a GEMM, usually T·B |
 * | D      | d     | input features              |
 * | H      | j     | hidden units                |
 * | V      | v     | outputs or vocabulary       |
 * | L      | l     | layers                      |
 * | P      | p     | parameters (padded, flat)   |
 * | R      |       | rows of resident data       |
 * | S      | s     | source steps (attention)    |
 * | A      |       | width of attention          |
 *
 * `k` is always the summed axis.
 */

/** Twins run in either precision: f32 in the player, f64 in finite differences and oracles. */
export type FloatArray = Float32Array | Float64Array;

/** Bytes per element of the two element types that cross to the GPU. */
export const ELEMENT_BYTES = 4;

/** Segments of the flat parameter buffer start at multiples of this many elements (256 bytes, WebGPU's binding alignment). */
export const SEGMENT_ALIGNMENT = 64;

/** Rounds a count of elements up to the next segment boundary. */
export function alignSegment(elements: number): number {
  return Math.ceil(elements / SEGMENT_ALIGNMENT) * SEGMENT_ALIGNMENT;
}

/** Number of elements of a shape; the empty shape is a scalar and has one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
