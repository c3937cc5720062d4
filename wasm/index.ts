/** What the module offers: one function for each operation that has a fast twin, called with the address of its arguments. */
export { biasGradient, gatherBackward, gatherForward, inputGradient, projectForward, weightGradient } from "./affine";
