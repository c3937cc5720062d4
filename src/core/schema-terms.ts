/** The terms in which the schemas of untrusted documents are written: numbers of the field table, and named choices. */
import * as v from "valibot";
import type { FieldRange } from "./fields.ts";

/** A number inside the range of its field; refused with that range, never clamped. */
export const ranged = (range: FieldRange) => {
  const expected = `${range.integer ? "a whole number" : "a number"} from ${range.minimum} to ${range.maximum}`;
  const inside = v.check(
    (value: number) =>
      Number.isFinite(value) &&
      value >= range.minimum &&
      value <= range.maximum &&
      (!range.integer || Number.isInteger(value)),
    expected,
  );
  return v.pipe(v.number(expected), inside);
};

/** One of a few names. */
export const oneOf = <const Options extends readonly [string, ...string[]]>(options: Options) =>
  v.picklist(options, `one of ${options.join(", ")}`);

/** A yes or no that documents written before it existed do not have: absent means no. */
export const switchedOff = () => v.optional(v.boolean("true or false"), false);
