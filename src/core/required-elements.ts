/**
 * How many elements a call needs of each tensor, from the contract's shape and window. The players check bindings with
 * it and seeded tests size their arrays by it, so that the shapes in the contracts are more than documentation.
 */
import { ContractError } from "./errors.ts";
import type { Numbers, TensorContract } from "./operation.ts";

const FACTOR = /^(\d+)?([A-Za-z]\w*)?$/;

/**
 * Value of one axis of a contract: sums of products such as `T+1`, `K·B`, `3H` or `4`. Throws `ContractError` when it
 * cannot be read or names an extent that `numbers` lacks.
 */
export function evaluateExtent(expression: string, numbers: Numbers): number {
  const term = (text: string): number =>
    text.split("·").reduce((product, factor) => {
      const match = FACTOR.exec(factor);
      const extent = match?.[2] === undefined ? 1 : numbers[match[2]];
      if (!match || factor === "" || extent === undefined) {
        throw new ContractError(
          { operation: `extent ${expression}` },
          "known extents",
          Object.keys(numbers).join(", "),
        );
      }
      return product * Number(match[1] ?? 1) * extent;
    }, 1);
  return expression.split("+").reduce((sum, text) => sum + term(text), 0);
}

/**
 * Elements from the start of the binding to the last one that the call touches: the product of the axes for a packed
 * tensor, offset + (rows − 1) · stride + row for a window. Throws `ContractError` for a stride shorter than a row.
 */
export function requiredElements(contract: TensorContract, numbers: Numbers): number {
  const axes = contract.shape.map((axis) => evaluateExtent(axis, numbers));
  const row = axes.at(-1) ?? 1;
  const rows = axes.slice(0, -1).reduce((product, extent) => product * extent, 1);
  if (!contract.window) return rows * row;
  const { offset, stride } = contract.window;
  const distance = stride === undefined ? row : evaluateExtent(stride, numbers);
  if (rows > 1 && distance < row) {
    throw new ContractError({ operation: `window of ${contract.about}` }, `${stride} ≥ ${row}`, String(distance));
  }
  return evaluateExtent(offset, numbers) + (rows - 1) * distance + row;
}
