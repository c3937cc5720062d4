/**
 * Imports that the bundler resolves and the compiler cannot see: shader sources as text, and what plugins under `build/` make.
 * Besides, the part of papaparse that we use: its published types pull all of Node into every room.
 */
declare module "*.wgsl?raw" {
  const source: string;
  export default source;
}

declare module "virtual:wasm-kernels" {
  /** WebAssembly with SIMD, in Base64. */
  export const plain: string;
  /** The same with relaxed SIMD. */
  export const relaxed: string;
}

declare module "virtual:seattle-weather" {
  /** ISO 8601, one after the other without a gap. */
  export const days: readonly string[];
  /** One number per day, in tenths: °C, °C, mm and m/s. */
  export const maximum: readonly number[];
  export const minimum: readonly number[];
  export const precipitation: readonly number[];
  export const wind: readonly number[];
}

declare module "virtual:english-words" {
  /** The sorted words, front-coded; `src/tasks/front-coding.ts` reads them. */
  export const frontCoded: string;
}

declare module "papaparse" {
  interface Settings {
    readonly delimiter: string;
    readonly newline: "\n" | "\r\n";
    /** Stop after that many records. */
    readonly preview?: number;
    /** Called with each record in turn; nothing is collected then. Exceptions pass through. */
    readonly step?: (record: {
      readonly data: string[];
      readonly errors: readonly { readonly code: string }[];
    }) => void;
  }
  const Papa: {
    parse(text: string, settings: Settings): { readonly data: string[][] };
  };
  export default Papa;
}
