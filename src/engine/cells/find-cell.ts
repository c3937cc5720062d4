/** The table of cells by the name that an experiment uses. */
import type { LayerChoice } from "../../core/experiment.ts";
import type { Cell } from "./cell.ts";
import { gruCell } from "./gru.ts";

const CELLS: Readonly<Record<LayerChoice["cell"], Cell>> = { gru: gruCell };

/** The cell of a layer. */
export function findCell(layer: LayerChoice): Cell {
  return CELLS[layer.cell];
}
