/** Twin of `sigmoid-forward`. */
import type { sigmoidForward } from "../../operations/sigmoid-forward.ts";
import { sigmoid } from "./activations.ts";
import type { Twin } from "./twin.ts";

/** σ of every logit. */
export const sigmoidForwardTwin: Twin<typeof sigmoidForward> = ({ logits, out }, { N, V }) => {
  for (let i = 0; i < N * V; i++) out[i] = sigmoid(logits[i]!);
};
