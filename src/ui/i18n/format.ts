/**
 * Numbers as the page writes them. Two families: for reading (grouped, rounded by the language's rules) and exact (six
 * or more significant digits, ASCII, parseable), which is what a cursor shows of a tensor.
 */

const LANGUAGE = "en";
const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const rounded = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 4 });
const threeDigits = new Intl.NumberFormat(LANGUAGE, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const twoDecimals = new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 1 });
const plurals = new Intl.PluralRules(LANGUAGE);

/** Significant digits of an exact value: what tells two neighbouring f32 apart in practice. */
const EXACT_DIGITS = 7;
/** Beyond these magnitudes a rounded decimal hides the number; powers of ten show it. */
const SMALLEST_DECIMAL = 1e-4;
const LARGEST_DECIMAL = 1e6;

/** A count or a rounded measurement in a sentence: whole numbers exact and grouped, others to 4 significant digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return whole.format(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < SMALLEST_DECIMAL || size >= LARGEST_DECIMAL)) return value.toExponential(3);
  return rounded.format(value);
}

/** A loss that is watched while it falls: 4 significant digits, zeros at the end included, so that it keeps its width. */
export function formatLoss(value: number): string {
  const tiny = value !== 0 && Math.abs(value) < SMALLEST_DECIMAL;
  return tiny ? value.toExponential(3) : value.toPrecision(4);
}

/** A tensor's element at the cursor, to 7 significant digits, in a form that any program parses. */
export function formatExact(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(EXACT_DIGITS) : String(value);
}

/** Two decimals always, so that columns of a table stand under each other. */
export function formatTwoDecimals(value: number): string {
  // + 0 takes the minus from a zero that rounding made.
  return twoDecimals.format(Math.round(value * 100) / 100 + 0);
}

/** A measured time in milliseconds to 3 significant digits, zeros at the end included: a clock tells no more. */
export function formatMilliseconds(ms: number): string {
  return threeDigits.format(ms);
}

/** Most decimals of a column of times: browsers round their clocks to 0.1 ms, and a profile is a mean of a few. */
const MOST_TIME_DECIMALS = 2;

/**
 * One of a column of times in milliseconds, whose largest gets up to 3 significant digits and the others as many
 * decimals, so that their points stand under each other.
 */
export function formatMillisecondsUnder(largest: number, ms: number): string {
  const wanted = largest > 0 ? 2 - Math.floor(Math.log10(largest)) : 2;
  const decimals = Math.min(Math.max(wanted, 0), MOST_TIME_DECIMALS);
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(LANGUAGE, options).format(ms);
}

/** A share in [0, 1] as per cent. */
export function formatPercent(share: number): string {
  return percent.format(share);
}

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** Bytes in the decimal unit that leaves one to three digits before the point. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), BYTE_UNITS.length - 1);
  const unit = BYTE_UNITS[power] ?? "byte";
  const format = new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, maximumSignificantDigits: 3 });
  return format.format(bytes / 1000 ** power);
}

/** `one` or `other` (or another category of the language) of a count. */
export function pluralCategory(count: number): Intl.LDMLPluralRule {
  return plurals.select(count);
}
