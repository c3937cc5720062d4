/**
 * Calendar dates: a date as people write it ("3 March 2021") comes out as ISO 8601 has it ("2021-03-03"), symbol by symbol.
 * Which dates train, validate and test is drawn from the seed by date, so a date that is held out never occurs in training,
 * however it is written. Every date exists: days follow the calendar, leap years included.
 */
import type { Experiment } from "../core/experiment.ts";
import { permute, STREAM, uniformInteger } from "../core/rng.ts";
import type { DataSource, Dataset, TaskDefinition, Thumbnail } from "../core/task.ts";
import { DATE_STEPS } from "../core/task-rules.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import { obeyRules } from "./obey-rules.ts";
import { layOutPairs, type Pair, type PairLayout, scoreConstantAnswer, scorePairs } from "./pairs.ts";

const FIRST_YEAR = 1900;
const YEARS = 200;
const TRAINING_DATES = 8192;
const HELD_OUT_DATES = 256;
const PROBES = 8;
const THUMBNAIL_PAIRS = 2;

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
const SHORT_NAME = 3;
const BOUNDARY = "·";
const VOCABULARY: readonly string[] = [BOUNDARY, ...new Set([..." ,.-0123456789", ...MONTHS.join("")].sort())];
const LAYOUT: PairLayout = {
  vocabulary: VOCABULARY,
  boundary: VOCABULARY.indexOf(BOUNDARY),
  sourceSteps: DATE_STEPS.source,
  answerSteps: DATE_STEPS.answer,
};

/** A day of the calendar; month and day count from 1. */
interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const two = (value: number) => String(value).padStart(2, "0");
const monthName = ({ month }: CalendarDate) => MONTHS[month - 1] ?? "";

/** The ways in which a date may be written. */
const WRITINGS: readonly ((date: CalendarDate) => string)[] = [
  (date) => `${date.day} ${monthName(date)} ${date.year}`,
  (date) => `${monthName(date)} ${date.day}, ${date.year}`,
  (date) => `${date.day} ${monthName(date).slice(0, SHORT_NAME)} ${date.year}`,
  (date) => `${monthName(date).slice(0, SHORT_NAME)} ${date.day}, ${date.year}`,
  ({ year, month, day }) => `${two(day)}.${two(month)}.${year}`,
  ({ year, month, day }) => `${day}.${month}.${year}`,
];

/** Gregorian: every fourth year, but of the centuries only every fourth. */
function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days of a month. */
function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Every date of the years that the task knows, in order. */
function allDates(): readonly CalendarDate[] {
  return Array.from({ length: YEARS }, (_, i) => FIRST_YEAR + i).flatMap((year) =>
    MONTHS.flatMap((_, m) =>
      Array.from({ length: daysIn(year, m + 1) }, (_unused, d) => ({ year, month: m + 1, day: d + 1 })),
    ),
  );
}

/** The pairs in the order of the seed: first those that train, then those that validate, last those that test. */
export function datePairs(seed: number): readonly Pair[] {
  const dates = allDates();
  const order = { seed, stream: STREAM.task, epoch: 0 };
  return Array.from({ length: TRAINING_DATES + 2 * HELD_OUT_DATES }, (_, i) => {
    const date = dates[permute(i, dates.length, order)] ?? { year: FIRST_YEAR, month: 1, day: 1 };
    const writing = uniformInteger({ seed, stream: STREAM.task, step: i, index: 1 }, WRITINGS.length);
    const { year, month, day } = date;
    return { source: WRITINGS[writing]?.(date) ?? "", answer: `${year}-${two(month)}-${two(day)}` };
  });
}

const preset: Experiment = {
  version: 1,
  task: { name: "calendar-dates" },
  model: {
    layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 24, direction: "both" }],
    head: "every",
    initialMemory: 0,
    decoder: {
      cell: { cell: "gru", reset: "after", activation: "tanh" },
      context: { kind: "bahdanau", attention: { score: "additive", width: 24 } },
      sampling: null,
    },
  },
  training: {
    ...USUAL_TRAINING,
    learningRate: 0.01,
    clipNorm: 1,
    batch: 32,
    length: DATE_STEPS.source + DATE_STEPS.answer,
    evaluateEvery: 50,
  },
  seed: 1,
};

const sources: readonly DataSource[] = [
  {
    title: "The Gregorian calendar, 1900 to 2099",
    url: "https://www.iso.org/iso-8601-date-and-time-format.html",
    licence: "none needed: the dates are computed here",
    about: "Every date is one that exists, in six ways of writing it. The answer is the form of ISO 8601.",
  },
];

async function load(experiment: Experiment): Promise<Dataset> {
  obeyRules(experiment);
  const pairs = datePairs(experiment.seed);
  const rows = layOutPairs(pairs, LAYOUT);
  const length = LAYOUT.sourceSteps + LAYOUT.answerSteps;
  const testFirst = TRAINING_DATES + HELD_OUT_DATES;
  const starts = (first: number, end: number) =>
    Uint32Array.from({ length: end - first }, (_, i) => (first + i) * length);
  const training = { first: 0, end: TRAINING_DATES };
  const validation = { first: TRAINING_DATES, end: testFirst };
  return {
    task: "calendar-dates",
    input: { kind: "tokens", rows: rows.input, vocabulary: VOCABULARY, boundary: LAYOUT.boundary },
    target: { kind: "classes", rows: rows.target, labels: VOCABULARY },
    mask: rows.mask,
    present: rows.present,
    sourceSteps: LAYOUT.sourceSteps,
    length,
    windows: {
      train: starts(training.first, training.end),
      validation: starts(validation.first, validation.end),
      test: starts(testFirst, pairs.length),
    },
    probes: pairs.slice(testFirst, testFirst + PROBES).map(({ source }, i) => ({
      title: source,
      start: (testFirst + i) * length,
      length: source.length,
    })),
    probeLength: LAYOUT.sourceSteps,
    rowLabels: null,
    baseline: { name: "commonest", metrics: scoreConstantAnswer(rows, LAYOUT, training, validation) },
    notes: [],
  };
}

/** Dates that test, as they are written. */
function thumbnail({ probes }: Dataset): Thumbnail {
  return { kind: "words", words: probes.slice(0, THUMBNAIL_PAIRS).map(({ title }) => title) };
}

/** The built-in task that turns one sequence into another. */
export const calendarDates: TaskDefinition = {
  name: "calendar-dates",
  preset,
  sources,
  head: "every",
  scoredSteps: "every",
  load,
  thumbnail,
  score: scorePairs,
};
