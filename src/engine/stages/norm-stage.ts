/** Layer normalisation of the rows that a layer hands on, each over its own numbers, with a gain and a bias for each of them. */
import { biasGradient } from "../../operations/bias-gradient.ts";
import { layerNormBackward } from "../../operations/layer-norm-backward.ts";
import { layerNormForward } from "../../operations/layer-norm-forward.ts";
import { requireSegment } from "../cells/segments.ts";
import { bindSegments } from "../model.ts";
import { callOperation } from "../program-draft.ts";
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

/** PyTorch's and the paper's usual summand under the root. */
const EPSILON = 1e-5;

/** Parameters of a layer's normalisation: `layers.N.norm.gain`, `layers.N.norm.bias`. */
const normName = (layer: number) => `${layerName(layer)}.norm`;

/** Declares the normalised rows `layers.N.norm.y` and their statistics. */
export function normStage(context: StageContext, layer: number, input: Rows): Stage {
  const { draft, model, pass } = context;
  const { B, prefix } = pass;
  const { steps, width } = input;
  const label = `${prefix === "" ? "" : `${prefix.slice(0, -1)} `}layer ${layer + 1} norm`;
  const output = declareOutput(context, (derivative) => TENSOR.state(layer, `norm.${derivative}y`, prefix), input);
  const statistics = draft.declare(
    TENSOR.state(layer, "norm.statistics", prefix),
    "f32",
    [steps, B, 2],
    formedRole(pass),
  );
  const extents = { N: steps * B, C: width };
  const parameters = bindSegments(model, normName(layer), TENSOR.parameters);
  const gain = requireSegment(parameters, "gain");
  const bias = requireSegment(parameters, "bias");
  const from = { xOffset: input.offset, xStride: input.stride };
  return {
    output,
    forward: (play) => {
      requireWhole(play.steps, context, label);
      const numbers = { ...extents, ...from, yOffset: output.offset, yStride: output.stride, epsilon: EPSILON };
      return [
        callOperation(layerNormForward, label, numbers, { x: input.tensor, gain, bias, y: output.tensor, statistics }),
      ];
    },
    backward: (range) => {
      requireWhole(range, context, label);
      const dy = requireGradient(output, label);
      const dx = requireGradient(input, label);
      const own = bindSegments(model, normName(layer), TENSOR.gradients);
      const numbers = {
        ...{ ...extents, ...from, dyOffset: dy.offset, dyStride: dy.stride },
        ...{ dxOffset: dx.offset, dxStride: dx.stride },
      };
      const tensors = {
        ...{ x: input.tensor, gain, statistics, dy: dy.tensor, dx: dx.tensor },
        dgain: requireSegment(own, "gain"),
      };
      return [callOperation(layerNormBackward, label, numbers, tensors)];
    },
    // That of the gain comes with that of the rows.
    parameterGradients: () => {
      const { tensor: right, offset: rightOffset, stride: rightStride } = requireGradient(output, label);
      const db = requireSegment(bindSegments(model, normName(layer), TENSOR.gradients), "bias");
      return [
        callOperation(biasGradient, label, { ...extents, rightOffset, rightStride, outOffset: 0 }, { right, db }),
      ];
    },
  };
}
