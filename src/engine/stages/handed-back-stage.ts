/**
 * What the steps behind a chunk hand back, as a stage on top of a recurrent layer: it copies nothing upwards, and on the
 * way back the final states' gradients, from above and from behind, come together here before the cell reads them.
 */
import type { OperationCall } from "../../core/program.ts";
import { addRows } from "../../operations/add-rows.ts";
import { copyState } from "../copy-state.ts";
import { callOperation } from "../program-draft.ts";
import { TENSOR } from "../tensor-names.ts";
import type { LayerDirection, RecurrentStage } from "./recurrent-stage.ts";
import type { Stage, StageContext } from "./stage.ts";

/** The gradients of the final states of a layer that runs forward. With `finalOnly` nothing from above lies in dh. */
function takeBack({ draft }: StageContext, part: LayerDirection, finalOnly: boolean): readonly OperationCall[] {
  const { layer, place, gradients } = part;
  const { label, T, B, H } = place;
  if (!gradients) throw new Error(`${label} has no gradients in this pass`);
  if (place.reverse === 1) throw new Error(`${label} reads the sequence from its end, which a chunk does not have`);
  const from = (state: string) => ({
    tensor: draft.declare(TENSOR.handedBack(layer, state), "f32", [B, H], "activation"),
    row: 0,
  });
  const { dh, dStates } = gradients;
  const behind = from("h");
  const window = { xOffset: 0, xStride: H, outOffset: T * B * H, outStride: H };
  return [
    finalOnly
      ? copyState(label, [B, H], behind, { tensor: dh, row: T })
      : callOperation(addRows, label, { N: B, C: H, ...window }, { x: behind.tensor, out: dh }),
    ...Object.entries(dStates).map(([state, tensor]) => copyState(label, [B, H], from(state), { tensor, row: T })),
  ];
}

/** A stage for the top of `recurrent` in a pass that goes on behind its last step. */
export function handedBackStage(context: StageContext, recurrent: RecurrentStage, finalOnly: boolean): Stage {
  return {
    output: recurrent.output,
    forward: () => [],
    backward: () => recurrent.directions.flatMap((part) => takeBack(context, part, finalOnly)),
    parameterGradients: () => [],
  };
}

/** Puts aside what a chunk hands back to the one before it: the gradients of the states in which it started. */
export function handBack({ draft }: StageContext, directions: readonly LayerDirection[]): readonly OperationCall[] {
  return directions.flatMap(({ layer, place: { label, B, H }, gradients }) => {
    if (!gradients) throw new Error(`${label} has no gradients in this pass`);
    const states = Object.entries({ h: gradients.dh, ...gradients.dStates });
    return states.map(([state, tensor]) => {
      const name = TENSOR.handedBack(layer, state);
      const to = { tensor: draft.declare(name, "f32", [B, H], "activation"), row: 0 };
      return copyState(label, [B, H], { tensor, row: 0 }, to);
    });
  });
}
