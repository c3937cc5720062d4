/**
 * The slips of the pen that `mutants.mjs` tries: the mistakes one really makes in this code (sign of z, wrong slot,
 * missing factor, offset of the neighbour). `from` occurs exactly once in its file; `to` is one character away.
 */

/**
 * `only` narrows the tests of the file to those whose name holds it, so that a slow suite is not run as a whole.
 * @typedef {{ file: string, from: string, to: string, project: string, tests: string, only?: string }} Mutant
 */

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

/**
 * @param {string} file
 * @param {[from: string, to: string][]} changes
 * @returns {Mutant[]}
 */
function shader(file, changes) {
  return changes.map(([from, to]) => ({
    file: `shaders/${file}.wgsl`,
    from,
    to,
    project: "kernels-node",
    tests: "tests/kernels/parity.test.ts",
    only: `${file.split(".")[0]} agrees`,
  }));
}

/**
 * A shared file, tested by one operation that uses it.
 * @param {string} stem
 * @param {string} operation
 * @param {[from: string, to: string][]} changes
 * @returns {Mutant[]}
 */
function lib(stem, operation, changes) {
  const file = `shaders/lib/${stem}.wgsl`;
  return shader(operation, changes).map((mutant) => ({ ...mutant, file }));
}

/** @type {readonly Mutant[]} */
export const mutants = [
  ...twin("gru-forward", "gru", [
    ["h[hOld + j]! + write", "h[hOld + j]! - write"],
    ["(t - 1 + reverse) * B", "(t - 1 - reverse) * B"],
    ["record[s + j] = record[z + H + j]!", "record[s + j] = record[z + 0 + j]!"],
    ["record[z + H + j]! * sum", "record[z + 0 + j]! * sum"],
    ["let sum = bu[2 * H + j]!", "let sum = bu[1 * H + j]!"],
  ]),
  ...twin("gru-backward", "gru", [
    ["U[j * 3 * H + 2 * H + k]!", "U[j * 3 * H + 1 * H + k]!"],
    ["ds * rj * factor", "ds + rj * factor"],
    ["record[q + j] = dan * rj", "record[q + j] = dan * zj"],
    ["before === reverse * T) dh", "before === reverse + T) dh"],
    ["numbers, b * H + j", "numbers, b + H + j"],
  ]),
  ...twin("dropout", "dropout", [["firstStep * B + row", "firstStep + B + row"]]),
  ...twin("lstm-forward", "lstm", [
    ["=== G ?", "!== G ?"],
    ["(t - reverse) * B", "(t + reverse) * B"],
  ]),
  ...twin("lstm-backward", "lstm", [
    ["dc[old + j] = cell * fj", "dc[old + j] = cell * ij"],
    ["cell * c[old + j]! * fj", "cell + c[old + j]! * fj"],
  ]),
  ...twin("ugrnn-forward", "ugrnn", [["(1 - write) * h[old + j]!", "(1 + write) * h[old + j]!"]]),
  ...twin("ugrnn-backward", "ugrnn", [["delta * (nj - h[old + j]!)", "delta * (nj + h[old + j]!)"]]),
  ...twin("rnn-forward", "rnn", [["numbers, b * H + k", "numbers, b + H + k"]]),
  ...twin("rnn-backward", "rnn", [["U[j * H + k]!", "U[k * H + k]!"]]),
  ...twin("weight-gradient", "affine", [["factor * right[rightRow + c]!", "factor * right[rightRow + d]!"]]),
  ...twin("input-gradient", "affine", [["W[d * C + c]!", "W[d * D + c]!"]]),
  ...twin("gather-backward", "affine", [["ids[n] === padding", "ids[n] !== padding"]]),
  ...twin("mask-rows", "collect", [["masked === 1 ? mask", "masked === 0 ? mask"]]),
  ...twin("layer-norm-forward", "layer-norm", [["variance + epsilon", "variance - epsilon"]]),
  ...twin("layer-norm-backward", "layer-norm", [["- g - u * gu", "- g + u * gu"]]),
  ...twin("activations", "activation", [["return n * (1 - n)", "return n * (1 + n)"]]),
  ...twin("softmax-backward", "activation", [["dy[row + c]! - mean", "dy[row + c]! + mean"]]),
  ...twin("loss-mse", "loss", [["2 * weight * error", "1 * weight * error"]]),
  ...twin("loss-bce", "loss", [["t * softplus(-p)", "t * softplus(p)"]]),
  ...twin("loss-ce", "loss", [["softmax - q", "softmax + q"]]),
  ...twin("loss-huber", "loss", [["size - delta / 2", "size + delta / 2"]]),
  ...twin("loss-ce-weighted", "loss", [["softmax * total - q", "softmax * total + q"]]),
  ...twin("loss-bce-prob", "loss", [["Math.log1p(-p), -LOG_LIMIT", "Math.log1p(+p), -LOG_LIMIT"]]),
  ...twin("loss-ce-soft", "loss", [["softmax * total", "softmax / total"]]),
  ...twin("reduce-loss", "loss", [["count[0]! === 0 ? 0", "count[0]! === 0 ? 1"]]),
  ...twin("optimizer-adam", "optimizer", [
    ["gain2 * g * g", "gain1 * g * g"],
    ["state[P + p] = v", "state[P - p] = v"],
  ]),
  ...twin("optimizer-sgd", "optimizer", [
    ["if (flags[0] !== 0)", "if (flags[0] === 0)"],
    ["g + momentum * buffer : buffer", "g - momentum * buffer : buffer"],
  ]),
  ...twin("optimizer-rmsprop", "optimizer", [
    ["v - mean * mean", "v + mean * mean"],
    ["l1 * Math.sign(old)", "l1 + Math.sign(old)"],
  ]),
  ...twin("clip-count", "flat-buffer", [["clipValue > 0 &&", "clipValue < 0 &&"]]),
  ...twin("apply-mask", "flat-buffer", [["mask[p] === 0", "mask[p] !== 0"]]),
  ...twin("keep-state", "batch", [["h[hOffset + n]!", "h[hOffset - n]!"]]),
  ...twin("resume-state", "batch", [["resume === 1 ? kept", "resume === 0 ? kept"]]),
  ...twin("batch-gather", "batch", [["starts[slot * B + b]!", "starts[slot * T + b]!"]]),
  ...lib("gru-forward-gates", "gru-forward", [["units, r * drop", "units, r + drop"]]),
  ...shader("gru-forward.step.candidate", [
    ["let s3 = record_start(b + 3u, 4u) + 3u", "let s3 = record_start(b + 2u, 4u) + 3u"],
  ]),
  ...lib("gru-forward-fused", "gru-forward", [
    ["load_bias(2u * args.H, j)", "load_bias(1u * args.H, j)"],
    ["|| any_not_finite(a_r) ||", "|| any_not_finite(a_z) ||"],
  ]),
  ...lib("gru-backward-delta", "gru-backward", [
    ["delta * (n - load_state", "delta * (n + load_state"],
    ["old_row() != args.reverse * args.T", "old_row() != args.reverse + args.T"],
    ["k >= 2u * args.H", "k >= 1u * args.H"],
  ]),
  ...lib("gru-backward-reset", "gru-backward", [["drop_states(ds * r,", "drop_states(ds + r,"]]),
  ...shader("dropout.element", [["args.firstStep * step + i", "args.firstStep * step - i"]]),
  ...lib("step-forward", "gru-forward", [["(1u - args.reverse) * args.B", "(1u + args.reverse) * args.B"]]),
  ...lib("step-backward", "gru-backward", [["return made_step() + args.reverse", "return made_step() - args.reverse"]]),
  ...lib("recurrent-dropout", "gru-forward", [["let unit = row + j", "let unit = row - j"]]),
  ...lib("lstm-forward", "lstm-forward", [["let cell = f * previous", "let cell = i * previous"]]),
  ...lib("lstm-backward", "lstm-backward", [
    ["args.cellUpstream == 1u", "args.cellUpstream == 0u"],
    ["cell * load_cell(old, j)", "cell + load_cell(old, j)"],
    ["drop_states(sum, b * args.H, j)", "drop_states(sum, b + args.H, j)"],
  ]),
  ...shader("clip-count.lanes.count", [["f * grads[p]", "f + grads[p]"]]),
  ...shader("apply-mask.element", [["PerModel + i] == 0.0", "PerModel + i] != 0.0"]]),
  ...shader("loss-ce-weighted.row", [["classWeights[w_at + v] * (spread", "classWeights[w_at + v] + (spread"]]),
  ...lib("lstm-backward-gates", "lstm-backward", [["cell * load_cell(old, j)", "cell + load_cell(old, j)"]]),
  ...lib("ugrnn-backward-gates", "ugrnn-backward", [["delta * (n - load_state", "delta * (n + load_state"]]),
  ...lib("lstm-forward-gates", "lstm-forward", [["select(f * previous + i * g,", "select(i * previous + i * g,"]]),
  ...lib("ugrnn-forward-gates", "ugrnn-forward", [["sigmoid4(a_z)", "sigmoid4(a_n)"]]),
  ...lib("ugrnn-forward", "ugrnn-forward", [["tanh4(a_n)", "tanh4(a_z)"]]),
  ...lib("ugrnn-backward", "ugrnn-backward", [["delta * z * (one - n * n)", "delta * z * (one + n * n)"]]),
  ...lib("rnn-forward", "rnn-forward", [["let u = first_row + k * args.H;", "let u = first_row + k + args.H;"]]),
  ...lib("rnn-backward", "rnn-backward", [["args.upstream == 0u ||", "args.upstream == 1u ||"]]),
  ...lib("activations", "ugrnn-forward", [["(one - z) * (old - n)", "(one + z) * (old - n)"]]),
  ...lib("precise-sum", "lstm-forward", [["left_head * (right - right_head)", "left_head * (right + right_head)"]]),
  ...shader("project-forward.register", [["W[at + j.w]", "W[at + j.z]"]]),
  ...lib("product-operands", "input-gradient", [["if (columns > 2u)", "if (columns > 3u)"]]),
  ...lib("register-terms", "input-gradient", [["< vec4<u32>(end));", "<= vec4<u32>(end));"]]),
  ...lib("shared-tile", "weight-gradient", [["rows, k + a.x < end", "rows, k + a.x <= end"]]),
  ...shader("project-forward.shared", [["4u * (lane / 16u) + row", "4u * (lane / 16u) - row"]]),
  ...lib("register-tile-8", "input-gradient", [["sums[13] += w1 * v6;", "sums[13] += w0 * v6;"]]),
  ...lib("register-tile-16", "weight-gradient", [["sums[62] += w2 * v15;", "sums[62] += w2 * v14;"]]),
  ...shader("weight-gradient.register.sum", [["(i / args.C) * args.outStride", "(i / args.D) * args.outStride"]]),
  ...shader("weight-gradient.register.product", [["part * SPLIT_ROWS;", "part + SPLIT_ROWS;"]]),
  ...shader("gather-backward.list.sum", [
    ["let n = position - 1u;", "let n = position - 0u;"],
    ["id == args.padding", "id != args.padding"],
  ]),
  ...shader("gather-backward.list.link", [["firstPerModel + block * args.D", "firstPerModel + block + args.D"]]),
  ...shader("gather-forward.tile", [["c + 4u, c + 5u", "c + 3u, c + 5u"]]),
  ...shader("bias-gradient.split.column", [
    ["args.slabsPerModel + slab * args.C", "args.slabsPerModel + slab + args.C"],
  ]),
  ...shader("keep-state.element", [["args.hOffset + i]", "args.hOffset - i]"]]),
  ...shader("resume-state.element", [["args.resume == 1u", "args.resume == 0u"]]),
  ...shader("mask-rows.element", [["args.maskPerModel + n]", "args.maskPerModel + c]"]]),
  ...shader("layer-norm-backward.split.row", [["g_mean - u * gu_mean", "g_mean + u * gu_mean"]]),
  ...shader("layer-norm-backward.split.column", [["own + 2u * n + 1u]", "own + 2u * n + 0u]"]]),
  ...shader("activation-forward.element", [["args.activation != 2u", "args.activation != 1u"]]),
  ...shader("softmax-backward.row", [["dy[up + c] - mean", "dy[up + c] + mean"]]),
  ...shader("loss-huber.row", [["r - 0.5 * held", "r - 1.5 * held"]]),
  ...shader("sequence-weight.sequence", [["mask[m_at + n] / sum", "mask[m_at + n] * sum"]]),
  ...shader("loss-bce.row", [["t * (max(-p, 0.0)", "t * (max(p, 0.0)"]]),
  ...shader("loss-ce.row", [["softmax - q", "softmax + q"]]),
  ...shader("optimizer-adam.lanes", [
    ["args.gain2 * g * g", "args.gain1 * g * g"],
    ["flags[0] != 0u", "flags[0] == 0u"],
    ["let u = k + args.P;", "let u = j + args.P;"],
  ]),
  ...shader("optimizer-rmsprop.lanes", [["args.bufferRow * args.P", "args.bufferRow + args.P"]]),
  ...shader("batch-gather.block", [["b < args.live", "b > args.live"]]),
];
