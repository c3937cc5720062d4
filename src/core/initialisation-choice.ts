/**
 * How weights start, for all layers alike; biases start at 0 but for the initial memory. The head always starts Glorot
 * uniform. What is drawn depends on seed and choice alone.
 */
import * as v from "valibot";
import { oneOf } from "./schema-terms.ts";

/**
 * Of the input weights W [D, H] of each gate. `uniform` is within ±1/√H, as PyTorch starts every recurrent parameter; `he-normal`
 * has variance 2/D, for ReLU.
 */
export const INPUT_DRAWS = ["glorot-uniform", "glorot-normal", "he-normal", "uniform", "zeros"] as const;

/** Of the recurrent weights U [H, H] of each gate. */
export const RECURRENT_DRAWS = ["orthogonal", "glorot-uniform", "identity", "uniform", "zeros"] as const;

/** See the file's header. */
export const InitialisationSchema = v.strictObject({
  input: oneOf(INPUT_DRAWS),
  recurrent: oneOf(RECURRENT_DRAWS),
});

/** How weights start. */
export type InitialisationChoice = v.InferOutput<typeof InitialisationSchema>;

/** How Keras starts them, and Gatescope where nothing else is said. */
export const USUAL_INITIALISATION: InitialisationChoice = { input: "glorot-uniform", recurrent: "orthogonal" };
