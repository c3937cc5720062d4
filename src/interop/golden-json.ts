/**
 * Golden files in JSON: an object whose members are cases. Which kind of file it is shows in its members, because the
 * numbers stand inline and nothing marks what is a result. JSON files of other kinds have no cases.
 */
import * as v from "valibot";
import type { GoldenCase } from "./golden-file.ts";

const Numbers = v.array(v.number());
const ScheduleFile = v.record(v.string(), v.looseObject({ kind: v.string(), lr0: v.number(), lr: Numbers }));

/** The cases of a file of learning-rate schedules: `lr` [steps] is the result. Throws `SyntaxError` for text that is no JSON. */
export function readGoldenJson(text: string): readonly GoldenCase[] {
  const value: unknown = JSON.parse(text);
  const schedules = v.safeParse(ScheduleFile, value);
  if (!schedules.success) return [];
  return Object.entries(schedules.output).map(([name, { lr, ...info }]) => ({
    name,
    info: { ...info, name },
    tensors: new Map([["lr", { shape: [lr.length], data: Float64Array.from(lr) }]]),
  }));
}
