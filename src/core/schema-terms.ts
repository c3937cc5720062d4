/** The terms in which the schemas of untrusted documents are written: numbers of the field table, and named choices. */
import * as v from "valibot";
import type { FieldRange } from "./fields.ts";

const extentOf = ({ integer, minimum, maximum }: FieldRange) =>
  `${integer ? "a whole number" : "a number"} from ${minimum} to ${maximum}`;

const isInside = (value: number, { integer, minimum, maximum }: FieldRange) =>
  Number.isFinite(value) && value >= minimum && value <= maximum && (!integer || Number.isInteger(value));

/** A number inside the range of its field; refused with that range, never clamped. */
export const ranged = (range: FieldRange) => {
  const expected = extentOf(range);
  return v.pipe(
    v.number(expected),
    v.check((value) => isInside(value, range), expected),
  );
};

/** A number inside the range of its field, or one of a few names. */
export const rangedOr = <const Names extends readonly [string, ...string[]]>(range: FieldRange, names: Names) => {
  const expected = [extentOf(range), ...names].join(" or ");
  return v.pipe(
    v.union([v.number(), v.picklist(names)], expected),
    v.check((value) => typeof value !== "number" || isInside(value, range), expected),
  );
};

/** One of a few names. */
export const oneOf = <const Options extends readonly [string, ...string[]]>(options: Options) =>
  v.picklist(options, `one of ${options.join(", ")}`);

/** A yes or no that documents written before it existed do not have: absent means no. */
export const switchedOff = () => v.optional(v.boolean("true or false"), false);
