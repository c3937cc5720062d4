/**
 * The colour maps of the gate views, 256 entries each, as RGBA bytes. A gate in [0, 1] takes the sequential map, a state
 * around 0 the diverging one, never the other way round. The diverging map has its grey exactly at entry 128 and mirrors
 * around it, so entry 0 repeats entry 1; it exists twice because "grey zero" must be near the paper of either scheme.
 */

/** 256 colours as RGBA bytes, [256, 4]. */
export type ColorTable = Uint8ClampedArray<ArrayBuffer>;

const ENTRIES = 256;
/** Entry of zero in a diverging table; ±1 are 127 entries away on either side. */
export const DIVERGING_ZERO = 128;
const DIVERGING_REACH = 127;

/** Which map a view takes and the values at its ends. */
export interface ColorScale {
  readonly table: ColorTable;
  readonly low: number;
  readonly high: number;
  readonly diverging: boolean;
}

// Coefficients of t⁰…t⁶ per channel: Matt Zucker's least-squares fit to matplotlib's viridis (public domain,
// shadertoy.com/view/WlfXRN). The tests hold it against viridis' published anchors and monotone lightness.
const VIRIDIS_FIT: readonly (readonly [red: number, green: number, blue: number])[] = [
  [0.2777273272234177, 0.005407344544966578, 0.3340998053353061],
  [0.1050930431085774, 1.404613529898575, 1.384590162594685],
  [-0.3308618287255563, 0.214847559468213, 0.09509516302823659],
  [-4.634230498983486, -5.799100973351585, -19.33244095627987],
  [6.228269936347081, 14.17993336680509, 56.69055260068105],
  [4.776384997670288, -13.74514537774601, -65.35303263337234],
  [-5.435455855934631, 4.645852612178535, 26.3124352495832],
];

function sequential(): ColorTable {
  const table = new Uint8ClampedArray(ENTRIES * 4);
  for (let entry = 0; entry < ENTRIES; entry++) {
    const position = entry / (ENTRIES - 1);
    for (let channel = 0; channel < 3; channel++) {
      const share = VIRIDIS_FIT.reduceRight((sum, row) => sum * position + (row[channel] ?? 0), 0);
      table[entry * 4 + channel] = Math.round(share * 255);
    }
    table[entry * 4 + 3] = 255;
  }
  return table;
}

/** One arm of a diverging map in Oklch: its end's hue; lightness and chroma are shared by both arms. */
interface DivergingDesign {
  readonly middleLightness: number;
  readonly endLightness: number;
  readonly endChroma: number;
  readonly positiveHue: number;
  readonly negativeHue: number;
}

/** sRGB share in [0, 1] of a linear light share. */
function companded(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}

/** Oklch (hue in degrees) to sRGB bytes. Matrices: B. Ottosson, "A perceptual color space for image processing" (2020). */
function oklchBytes(lightness: number, chroma: number, hue: number): readonly [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ] as const;
  return [companded(linear[0]) * 255, companded(linear[1]) * 255, companded(linear[2]) * 255];
}

function diverging(design: DivergingDesign): ColorTable {
  const table = new Uint8ClampedArray(ENTRIES * 4);
  for (let entry = 0; entry < ENTRIES; entry++) {
    const value = Math.max(-1, (entry - DIVERGING_ZERO) / DIVERGING_REACH);
    const size = Math.abs(value);
    const lightness = design.middleLightness + (design.endLightness - design.middleLightness) * size;
    const hue = value > 0 ? design.positiveHue : design.negativeHue;
    const bytes = oklchBytes(lightness, design.endChroma * size, hue);
    for (let channel = 0; channel < 3; channel++) table[entry * 4 + channel] = Math.round(bytes[channel] ?? 0);
    table[entry * 4 + 3] = 255;
  }
  return table;
}

/** Gates: dark violet 0 to yellow 1, viridis-like, the same in both schemes. */
export const SEQUENTIAL: ColorTable = sequential();

/** States on light paper: orange negative, light grey zero, blue positive; the ends are dark. */
export const DIVERGING_LIGHT: ColorTable = diverging({
  middleLightness: 0.94,
  endLightness: 0.5,
  endChroma: 0.115,
  positiveHue: 252,
  negativeHue: 55,
});

/** States on dark paper: the same hues from a dark grey zero to light ends. */
export const DIVERGING_DARK: ColorTable = diverging({
  middleLightness: 0.3,
  endLightness: 0.74,
  endChroma: 0.125,
  positiveHue: 248,
  negativeHue: 55,
});

/** Entry of a value: the ends take what lies beyond them; null for a value that is not a number. */
export function colorEntry(scale: ColorScale, value: number): number | null {
  if (Number.isNaN(value)) return null;
  if (scale.diverging) {
    // Rounded by size, since Math.round sends both halves up and would break the mirror.
    const reach = Math.round(Math.min(1, Math.abs(value) / scale.high) * DIVERGING_REACH);
    return value < 0 ? DIVERGING_ZERO - reach : DIVERGING_ZERO + reach;
  }
  const share = Math.max(0, Math.min(1, (value - scale.low) / (scale.high - scale.low)));
  return Math.round(share * (ENTRIES - 1));
}

/** Ends that a state's map may have: few and far apart, so that the legend stands still while the network learns. */
const STATE_ENDS = [1, 2, 5, 10, 20, 50, 100, 1e3, 1e4, 1e5, 1e6];

/** Scale of a view: gates always 0 to 1; states symmetric around 0, to the next round end that holds every value. */
export function scaleOf(range: "gate" | "state", values: Float32Array, scheme: "light" | "dark"): ColorScale {
  if (range === "gate") return { table: SEQUENTIAL, low: 0, high: 1, diverging: false };
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  const high = STATE_ENDS.find((end) => largest <= end) ?? largest;
  return { table: scheme === "dark" ? DIVERGING_DARK : DIVERGING_LIGHT, low: -high, high, diverging: true };
}
