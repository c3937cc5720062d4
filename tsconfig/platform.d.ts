/**
 * The few platform globals that pure rooms may use: those that a page, a worker and Node 20 share. Deliberately a
 * subset written by hand, so that nothing of the DOM leaks down; each signature is a special case of the real one.
 */
interface TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare var TextEncoder: { new (): TextEncoder };

interface TextDecoder {
  decode(bytes?: ArrayBuffer | ArrayBufferView<ArrayBuffer>): string;
}
declare var TextDecoder: { new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder };

declare var performance: { now(): number };
declare var console: { warn(...values: unknown[]): void; error(...values: unknown[]): void };
declare function structuredClone<Value>(value: Value): Value;
declare function queueMicrotask(callback: () => void): void;
declare function setTimeout(callback: () => void, milliseconds?: number): number;
declare function clearTimeout(timer: number | undefined): void;
declare var crypto: {
  readonly subtle: { digest(algorithm: "SHA-256", data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> };
};

interface ReadableStreamReader {
  read(): Promise<{ done: false; value: Uint8Array<ArrayBuffer> } | { done: true; value?: undefined }>;
  cancel(reason?: unknown): Promise<void>;
}
interface ReadableStream {
  getReader(): ReadableStreamReader;
  pipeThrough(transform: CompressionStream | DecompressionStream): ReadableStream;
}
interface CompressionStream {
  readonly readable: ReadableStream;
}
declare var CompressionStream: { new (format: "deflate-raw" | "gzip"): CompressionStream };
interface DecompressionStream {
  readonly readable: ReadableStream;
}
declare var DecompressionStream: { new (format: "deflate-raw" | "gzip"): DecompressionStream };
interface Blob {
  stream(): ReadableStream;
}
declare var Blob: { new (parts: (string | Uint8Array<ArrayBuffer>)[]): Blob };

declare function atob(text: string): string;

declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  var Memory: { new (descriptor: { initial: number; maximum?: number }): Memory };
  var Instance: { new (module: Module, imports?: { readonly env: { readonly memory: Memory } }): Instance };
  function validate(bytes: Uint8Array<ArrayBuffer>): boolean;
  function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>;
}
