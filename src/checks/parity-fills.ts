/** The fills that parity cases of all kinds share. A `random` is uniform in [0, 1). */
import type { Fill } from "./parity-case.ts";

/** One value everywhere. */
export const constant =
  (value: number): Fill =>
  () =>
    value;
/** Ids 0 … count − 1. */
export const idsBelow =
  (count: number): Fill =>
  (random) =>
    Math.floor(random * count);
/** Numbers in [−factor, factor). */
export const scaled =
  (factor: number): Fill =>
  (random) =>
    (2 * random - 1) * factor;
/** Numbers in [0, 1), and not a number at `index`. */
export const notFiniteAt =
  (index: number): Fill =>
  (random, i) =>
    i === index ? Number.NaN : random;
