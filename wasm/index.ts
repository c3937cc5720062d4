/** What the module offers: one function for each operation that has a fast twin, called with the address of its arguments. */
export { biasGradient, gatherBackward, gatherForward, inputGradient, projectForward, weightGradient } from "./affine";
export { batchGather } from "./batch";
export { gruBackward } from "./gru-backward";
export { gruForward } from "./gru-forward";
export { lossCe } from "./loss-ce";
export { lstmBackward, lstmForward } from "./lstm";
export { gradientNorm, optimizerAdam } from "./optimizer";
export { rnnBackward, rnnForward } from "./rnn";
export { ugrnnBackward, ugrnnForward } from "./ugrnn";
