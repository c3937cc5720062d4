/**
 * `gradient-norm` and `optimizer-adam` over the flat parameters. The norm is summed in f64, four sums side by side in fixed
 * order. A raised flag leaves everything untouched: the state stays that of the last good step.
 */
import { loadLanes, madd, select, storeLanes } from "./simd";

@unmanaged
class GradientNorm {
  grads: f64;
  norm: f64;
  flags: f64;
  P: f64;
  flagBit: f64;
  scratch: f64;
}

/** Global L2 norm before clipping. */
export function gradientNorm(call: GradientNorm): void {
  const grads = <usize>call.grads;
  const P = <usize>call.P;
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let p: usize = 0; p < P; p += 4) {
    const g = loadLanes(grads + p * 4, P - p);
    const g01 = f64x2.promote_low_f32x4(g);
    const g23 = f64x2.promote_low_f32x4(v128.shuffle<f32>(g, g, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(g01, g01));
    high = f64x2.add(high, f64x2.mul(g23, g23));
  }
  const sums = f64x2.add(low, high);
  const norm = <f32>Math.sqrt(f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1));
  store<f32>(<usize>call.norm, norm);
  if (!isFinite(norm)) {
    const flags = <usize>call.flags;
    store<u32>(flags, load<u32>(flags) | <u32>call.flagBit);
  }
}

@unmanaged
class OptimizerAdam {
  grads: f64;
  params: f64;
  state: f64;
  norm: f64;
  loss: f64;
  flags: f64;
  metrics: f64;
  P: f64;
  M: f64;
  S: f64;
  amsgrad: f64;
  learningRate: f64;
  clip: f64;
  clipValue: f64;
  l1: f64;
  slot: f64;
  l2: f64;
  decay: f64;
  beta1: f64;
  beta2: f64;
  gain1: f64;
  gain2: f64;
  epsilon: f64;
  correction1: f64;
  correction2: f64;
  scratch: f64;
}

/** Factor on every gradient: min(1, clip / (norm + 1e-6)); 1 when `clip` is 0 (off). */
function clipFactor(norm: f32, clip: f64): f64 {
  return clip > 0 ? min(1.0, clip / (<f64>norm + 1e-6)) : 1;
}

/** One step of Adam, AdamW or AMSGrad, and the row of the metrics ring. */
export function optimizerAdam(call: OptimizerAdam): void {
  if (load<u32>(<usize>call.flags) != 0) return;
  const factor = clipFactor(load<f32>(<usize>call.norm), call.clip);
  updateAll(call, f32x4.splat(<f32>factor));
  const row = <usize>call.metrics + <usize>call.slot * 16;
  store<f32>(row, load<f32>(<usize>call.loss));
  store<f32>(row, load<f32>(<usize>call.norm), 4);
  store<f32>(row, <f32>factor, 8);
  store<f32>(row, <f32>call.learningRate, 12);
}

function updateAll(call: OptimizerAdam, factor: v128): void {
  const P = <usize>call.P;
  const grads = <usize>call.grads;
  const params = <usize>call.params;
  const moments = <usize>call.state;
  const amsgrad = call.amsgrad == 1;
  const limited = call.clipValue > 0;
  const limit = f32x4.splat(<f32>call.clipValue);
  const l1 = f32x4.splat(<f32>call.l1);
  const l2 = f32x4.splat(<f32>call.l2);
  const beta1 = f32x4.splat(<f32>call.beta1);
  const beta2 = f32x4.splat(<f32>call.beta2);
  const gain1 = f32x4.splat(<f32>call.gain1);
  const gain2 = f32x4.splat(<f32>call.gain2);
  const shrink = f32x4.splat(<f32>(call.learningRate * call.decay));
  const rate = f32x4.splat(<f32>(call.learningRate / call.correction1));
  const correction = f32x4.splat(<f32>(1 / call.correction2));
  const epsilon = f32x4.splat(<f32>call.epsilon);
  for (let p: usize = 0; p < P; p += 4) {
    const lanes = P - p;
    const mAt = moments + p * 4;
    const vAt = mAt + P * 4;
    const old = loadLanes(params + p * 4, lanes);
    let g = f32x4.mul(factor, loadLanes(grads + p * 4, lanes));
    if (limited) g = f32x4.max(f32x4.neg(limit), f32x4.min(limit, g));
    g = f32x4.add(madd(l2, old, g), f32x4.mul(l1, signOf(old)));
    const m = madd(beta1, loadLanes(mAt, lanes), f32x4.mul(gain1, g));
    const v = madd(beta2, loadLanes(vAt, lanes), f32x4.mul(f32x4.mul(gain2, g), g));
    storeLanes(mAt, m, lanes);
    storeLanes(vAt, v, lanes);
    let largest = v;
    if (amsgrad) {
      largest = f32x4.max(loadLanes(vAt + P * 4, lanes), v);
      storeLanes(vAt + P * 4, largest, lanes);
    }
    const shrunk = f32x4.sub(old, f32x4.mul(shrink, old));
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(largest, correction)), epsilon);
    storeLanes(params + p * 4, f32x4.sub(shrunk, f32x4.div(f32x4.mul(rate, m), root)), lanes);
  }
}

/** −1, 0 or 1. */
@inline
function signOf(x: v128): v128 {
  const zero = f32x4.splat(0);
  return select(f32x4.splat(1), v128.and(f32x4.lt(x, zero), f32x4.splat(-1)), f32x4.gt(x, zero));
}
