/** Ranges and ticks of a chart's axes, and the rows its keyboard cursor walks; pure, so that uPlot stays behind its wrapper. */

/** Range that holds every value with a twentieth of it as margin. Without data (null) it is 0 to 1. */
export function linearRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const margin = (high - low) * 0.05 || Math.abs(high) * 0.05 || 0.5;
  return [low - margin, high + margin];
}

/** As `linearRange`, by ratio. */
export function logarithmicRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || low <= 0) return [0.1, 1];
  const margin = (high / low) ** 0.05 || 1;
  return [low / Math.max(margin, 1.02), high * Math.max(margin, 1.02)];
}

/** The cursor's row after a key: null hides it, undefined means that the key is not the chart's. */
export function rowAfterKey(row: number | null, rows: number, key: string): number | null | undefined {
  if (rows === 0) return undefined;
  const last = rows - 1;
  switch (key) {
    case "ArrowLeft":
      return row === null ? last : Math.max(0, row - 1);
    case "ArrowRight":
      return row === null ? 0 : Math.min(last, row + 1);
    case "Home":
      return 0;
    case "End":
      return last;
    case "Escape":
      return null;
    default:
      return undefined;
  }
}

/** Ticks of a logarithmic axis inside [low, high]: 1, 2, 5 per decade, powers of ten only over more than three decades. */
export function logTicks(low: number, high: number): readonly number[] {
  if (!(low > 0) || !(high >= low)) return [];
  const decades = Math.log10(high / low);
  const factors = decades > 3 ? [1] : decades > 0.7 ? [1, 2, 5] : [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const factor of factors) {
      const tick = Number(`${factor}e${power}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}
