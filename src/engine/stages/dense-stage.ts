/** A dense layer as a stage: the same affine map and activation for every row that enters, of every step or of final states. */
import type { LayerOf } from "../../core/layer-choice.ts";
import { type Activation, claimActivationFlag } from "../activations.ts";
import { requireSegment } from "../cells/segments.ts";
import {
  type DenseGradients,
  type DensePlace,
  denseBackward,
  denseForward,
  denseParameterGradients,
} from "../dense.ts";
import { bindSegments } from "../model.ts";
import { layerName, TENSOR } from "../tensor-names.ts";
import {
  declareOutput,
  formedRole,
  type Rows,
  requireGradient,
  requireWhole,
  type Stage,
  type StageContext,
} from "./stage.ts";

/** Which layer of the model, and what it reads. */
export interface DenseLayerSpec {
  readonly layer: number;
  readonly choice: LayerOf<"dense">;
  readonly input: Rows;
}

/** Pre-activations and activations; of a linear layer both are the output. */
function declarePlace(context: StageContext, { layer, choice, input }: DenseLayerSpec, output: Rows): DensePlace {
  const { draft, model, pass } = context;
  const { B, prefix, flags } = pass;
  const label = `${prefix === "" ? "" : `${prefix.slice(0, -1)} `}layer ${layer + 1}`;
  const parameters = bindSegments(model, layerName(layer), TENSOR.parameters);
  const { steps, width } = output;
  const shared = {
    ...{ label, N: steps * B, D: input.width, C: width, x: input },
    ...{ W: requireSegment(parameters, "W"), b: requireSegment(parameters, "b") },
  };
  if (choice.activation === "linear") return { ...shared, a: output.tensor, activation: null };
  const name: Activation = choice.activation;
  const a = draft.declare(TENSOR.state(layer, "a", prefix), "f32", [steps, B, width], formedRole(pass));
  // As in the recurrent layers, a view never stops a run.
  const flagBit = prefix === "" ? claimActivationFlag(draft, name, label) : 1;
  return { ...shared, a, activation: { name, y: output.tensor, flags, flagBit } };
}

/** Declares the outputs `layers.N.y` [steps, B, units]. */
export function denseStage(context: StageContext, spec: DenseLayerSpec): Stage {
  const { draft, model, pass } = context;
  const { layer, choice, input } = spec;
  const { steps } = input;
  const { units: width } = choice;
  const output = declareOutput(context, (derivative) => TENSOR.state(layer, `${derivative}y`, pass.prefix), {
    steps,
    width,
  });
  const place = declarePlace(context, spec, output);
  const { label, activation } = place;
  const rows = [steps, pass.B, width];
  const da = activation && pass.gradients ? draft.declare(TENSOR.dState(layer, "a"), "f32", rows, "transient") : null;
  const gradients = (): DenseGradients => {
    const dy = requireGradient(output, label).tensor;
    const own = bindSegments(model, layerName(layer), TENSOR.gradients);
    const shared = { dx: input.gradient, dW: requireSegment(own, "W"), db: requireSegment(own, "b") };
    return da ? { ...shared, dy, da } : { ...shared, dy: null, da: dy };
  };
  return {
    output,
    forward: (play) => {
      requireWhole(play.steps, context, label);
      return denseForward(place);
    },
    backward: (range) => {
      requireWhole(range, context, label);
      return denseBackward(place, gradients());
    },
    parameterGradients: () => denseParameterGradients(place, gradients()),
  };
}
