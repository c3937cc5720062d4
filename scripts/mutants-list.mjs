/**
 * The slips of the pen that `mutants.mjs` tries: the mistakes one really makes in this code (sign of z, wrong slot,
 * missing factor, offset of the neighbour). `from` occurs exactly once in its file; `to` is one character away.
 */

/** @typedef {{ file: string, from: string, to: string, project: string, tests: string }} Mutant */

/**
 * @param {string} stem
 * @param {string} test
 * @param {[from: string, to: string][]} changes
 * @returns {Mutant[]}
 */
function twin(stem, test, changes) {
  const room = "src/backends/reference";
  return changes.map(([from, to]) => ({
    file: `${room}/${stem}.ts`,
    from,
    to,
    project: "unit",
    tests: `${room}/${test}.test.ts`,
  }));
}

/** @type {readonly Mutant[]} */
export const mutants = [
  ...twin("gru-forward", "gru", [
    ["h[hOld + j]! + write", "h[hOld + j]! - write"],
    ["record[s + j] = record[z + H + j]!", "record[s + j] = record[z + 0 + j]!"],
    ["record[z + H + j]! * sum", "record[z + 0 + j]! * sum"],
    ["let sum = bu[2 * H + j]!", "let sum = bu[1 * H + j]!"],
  ]),
  ...twin("gru-backward", "gru", [
    ["ds += record[n + k]! * U[row + 2 * H", "ds += record[n + k]! * U[row + 1 * H"],
    ["dh[old + j]! += ds * rj", "dh[old + j]! += ds + rj"],
    ["record[q + j] = dan * rj", "record[q + j] = dan * zj"],
    ["t === 0 || upstream", "t === 1 || upstream"],
  ]),
  ...twin("weight-gradient", "affine", [["factor * right[rightRow + c]!", "factor * right[rightRow + d]!"]]),
  ...twin("input-gradient", "affine", [["W[d * C + c]!", "W[d * D + c]!"]]),
  ...twin("loss-mse", "loss", [["2 * weight * error", "1 * weight * error"]]),
  ...twin("loss-bce", "loss", [["t * softplus(-p)", "t * softplus(p)"]]),
  ...twin("loss-ce", "loss", [["softmax - (v", "softmax + (v"]]),
  ...twin("reduce-loss", "loss", [["count[0]! === 0 ? 0", "count[0]! === 0 ? 1"]]),
  ...twin("optimizer-adam", "optimizer", [
    ["(1 - beta2) * g * g", "(1 - beta1) * g * g"],
    ["state[P + p] = v", "state[P - p] = v"],
  ]),
  ...twin("optimizer-sgd", "optimizer", [["if (flags[0] !== 0)", "if (flags[0] === 0)"]]),
  ...twin("batch-gather", "batch", [["starts[slot * B + b]!", "starts[slot * T + b]!"]]),
];
