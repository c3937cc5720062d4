/** From a layer of an experiment to its cell. */
import type { RecurrentLayer } from "../../core/layer-choice.ts";
import type { Cell } from "./cell.ts";
import { gruCell } from "./gru.ts";
import { lstmCell } from "./lstm.ts";
import { rnnCell } from "./rnn.ts";
import { ugrnnCell } from "./ugrnn.ts";

/** The cell of a layer, in the form that the layer chose. */
export function findCell(layer: RecurrentLayer): Cell {
  switch (layer.cell) {
    case "gru":
      return gruCell(layer);
    case "lstm":
      return lstmCell;
    case "ugrnn":
      return ugrnnCell;
    case "rnn":
      return rnnCell(layer);
    default:
      return layer satisfies never;
  }
}
