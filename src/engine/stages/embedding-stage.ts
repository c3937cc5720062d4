/**
 * A table of embeddings under the first layer: symbol i enters as row i of E. A padding symbol's row never moves, because
 * its gradient is 0; it starts at 0.
 */
import type { EmbeddingChoice } from "../../core/layer-choice.ts";
import { gatherBackward } from "../../operations/gather-backward.ts";
import { gatherForward } from "../../operations/gather-forward.ts";
import { requireSegment } from "../cells/segments.ts";
import { bindSegments } from "../model.ts";
import { callOperation } from "../program-draft.ts";
import { TENSOR } from "../tensor-names.ts";
import { declareOutput, requireGradient, requireWhole, type Stage, type StageContext, type Tokens } from "./stage.ts";

const LABEL = "embedding";

/** Declares the looked-up rows `embedding.y` [T, B, width]. */
export function embeddingStage(context: StageContext, { width, padding }: EmbeddingChoice, input: Tokens): Stage {
  const { model, pass } = context;
  const { T, B, prefix } = pass;
  const { ids, width: D } = input;
  const output = declareOutput(context, (derivative) => `${prefix}embedding.${derivative}y`, { steps: T, width });
  const extents = { N: T * B, D, C: width };
  return {
    output,
    forward: ({ steps }) => {
      requireWhole(steps, context, LABEL);
      const E = requireSegment(bindSegments(model, "embedding", TENSOR.parameters), "E");
      const numbers = { ...extents, outOffset: 0, outStride: width, biased: 0 };
      // Without a bias nothing is read where it would be.
      return [callOperation(gatherForward, LABEL, numbers, { ids, W: E, b: E, out: output.tensor })];
    },
    backward: () => [],
    parameterGradients: () => {
      const { tensor: da, stride } = requireGradient(output, LABEL);
      const dW = requireSegment(bindSegments(model, "embedding", TENSOR.gradients), "E");
      const numbers = { ...extents, daOffset: 0, daStride: stride, padding: padding ?? D };
      return [callOperation(gatherBackward, LABEL, numbers, { ids, da, dW })];
    },
  };
}
