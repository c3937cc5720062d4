/** The segments of a flat buffer that one layer (or the head) is made of, by house name. */
import type { TensorBinding } from "../../core/program.ts";

/** `W`, `U`, `b`, … of one layer as parts of the parameter or gradient buffer. */
export type Segments = Readonly<Record<string, TensorBinding>>;

/** The named segment. Throws when the layer has none: cell and parameter table then disagree. */
export function requireSegment(segments: Segments, name: string): TensorBinding {
  const segment = segments[name];
  if (!segment) throw new Error(`no segment ${name} among ${Object.keys(segments).join(", ")}`);
  return segment;
}
