/**
 * Bytes ↔ named tensors in the safetensors format. The reader is strict: it checks the whole header before it makes
 * one array, and refuses by the names that the reference implementation uses. It throws `SafetensorsError` and nothing
 * else, whatever the bytes. Tensor names are data: they live in Maps, never as keys of objects.
 */
import { DuplicateKeyError, parseStrictJson } from "./strict-json.ts";

/** Element types of the format and their size in bytes. */
const DTYPE_BYTES = new Map<string, number>([
  ["F64", 8],
  ["I64", 8],
  ["U64", 8],
  ["F32", 4],
  ["I32", 4],
  ["U32", 4],
  ["F16", 2],
  ["BF16", 2],
  ["I16", 2],
  ["U16", 2],
  ["F8_E5M2", 1],
  ["F8_E4M3", 1],
  ["I8", 1],
  ["U8", 1],
  ["BOOL", 1],
]);

/** Why a file was refused; names of the reference implementation, plus `DuplicateName`, which it does not look for. */
export type SafetensorsErrorCode =
  | "HeaderTooSmall"
  | "HeaderTooLarge"
  | "InvalidHeaderLength"
  | "InvalidHeader"
  | "InvalidHeaderStart"
  | "InvalidHeaderDeserialization"
  | "DuplicateName"
  | "TensorInvalidInfo"
  | "ValidationOverflow"
  | "InvalidOffset"
  | "MetadataIncompleteBuffer";

/** A file that is not valid safetensors. `tensor` names the entry to blame, where there is one; it is untrusted text. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
  readonly code: SafetensorsErrorCode;
  readonly tensor: string | null;
  constructor(code: SafetensorsErrorCode, where: { readonly tensor?: string; readonly cause?: unknown } = {}) {
    super(where.tensor === undefined ? code : `${code}: ${where.tensor.slice(0, 100)}`, { cause: where.cause });
    this.code = code;
    this.tensor = where.tensor ?? null;
  }
}

/** One tensor of a file. `bytes` is a view into the file, at any alignment. */
export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A parsed file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Arrays that can be written; the element type follows from the array. */
export type TensorData =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>;

/** One tensor to write. `data` has as many elements as the shape says. */
export interface TensorToWrite {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

const LENGTH_BYTES = 8;
/** Our own headers take a few kB; the reference allows 100 MB. */
const HEADER_LIMIT_BYTES = 1_000_000;
const METADATA_KEY = "__metadata__";

interface TensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly elementBytes: number;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Parses and validates a file. Throws `SafetensorsError`. Legal: no tensors, empty shapes, zero extents (such a tensor
 * may share its offset with a neighbour), trailing spaces in the header, any value in the data.
 */
export function readSafetensors(file: ArrayBuffer): Safetensors {
  const headerBytes = readHeaderLength(file);
  const dataStart = LENGTH_BYTES + headerBytes;
  const entries = new Map(Object.entries(parseHeader(new Uint8Array(file, LENGTH_BYTES, headerBytes))));
  const metadata = readMetadata(entries.get(METADATA_KEY));
  entries.delete(METADATA_KEY);
  const infos = [...entries].map(([name, value]) => readInfo(name, value));
  checkLayout(infos, file.byteLength - dataStart);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of infos) {
    tensors.set(name, { dtype, shape, bytes: new Uint8Array(file, dataStart + begin, end - begin) });
  }
  return { tensors, metadata };
}

function readHeaderLength(file: ArrayBuffer): number {
  if (file.byteLength < LENGTH_BYTES) throw new SafetensorsError("HeaderTooSmall");
  // Compared as BigInt: 2⁵³ + 1 as a double would pass for 2⁵³.
  const length = new DataView(file).getBigUint64(0, true);
  if (length > BigInt(HEADER_LIMIT_BYTES)) throw new SafetensorsError("HeaderTooLarge");
  if (LENGTH_BYTES + Number(length) > file.byteLength) throw new SafetensorsError("InvalidHeaderLength");
  return Number(length);
}

function parseHeader(bytes: Uint8Array<ArrayBuffer>): object {
  let text: string;
  try {
    // A byte order mark is kept, so that it is refused below instead of being skipped.
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SafetensorsError("InvalidHeader", { cause });
  }
  if (!text.startsWith("{")) throw new SafetensorsError("InvalidHeaderStart");
  let header: unknown;
  try {
    header = parseStrictJson(text);
  } catch (cause) {
    if (cause instanceof DuplicateKeyError) throw new SafetensorsError("DuplicateName", { tensor: cause.key, cause });
    throw new SafetensorsError("InvalidHeaderDeserialization", { cause });
  }
  if (!isObject(header)) throw new SafetensorsError("InvalidHeaderDeserialization");
  return header;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readMetadata(value: unknown): Map<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) return metadata;
  if (!isObject(value)) throw new SafetensorsError("InvalidHeaderDeserialization", { tensor: METADATA_KEY });
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") throw new SafetensorsError("InvalidHeaderDeserialization", { tensor: METADATA_KEY });
    metadata.set(key, text);
  }
  return metadata;
}

/** One entry of the header. Its form is checked here, its place among the others in `checkLayout`. */
function readInfo(name: string, value: unknown): TensorInfo {
  if (!isObject(value)) throw new SafetensorsError("InvalidHeaderDeserialization", { tensor: name });
  const fields = new Map<string, unknown>(Object.entries(value));
  const dtype = fields.get("dtype");
  const shape = fields.get("shape");
  const offsets = fields.get("data_offsets");
  if (fields.size !== 3 || typeof dtype !== "string" || !isNumbers(shape) || !isNumbers(offsets)) {
    throw new SafetensorsError("InvalidHeaderDeserialization", { tensor: name });
  }
  const elementBytes = DTYPE_BYTES.get(dtype);
  if (elementBytes === undefined || !shape.every((extent) => Number.isInteger(extent) && extent >= 0)) {
    throw new SafetensorsError("TensorInvalidInfo", { tensor: name });
  }
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || !offsets.every(Number.isSafeInteger)) {
    throw new SafetensorsError("InvalidOffset", { tensor: name });
  }
  return { name, dtype, elementBytes, shape, begin, end };
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}

/** The tensors tile the data without overlap, hole or remainder, and each fills its place exactly. */
function checkLayout(infos: readonly TensorInfo[], dataBytes: number): void {
  let position = 0;
  for (const info of [...infos].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (info.begin !== position || info.end < info.begin)
      throw new SafetensorsError("InvalidOffset", { tensor: info.name });
    if (info.end - info.begin !== sizeOf(info)) throw new SafetensorsError("TensorInvalidInfo", { tensor: info.name });
    position = info.end;
  }
  if (position !== dataBytes) throw new SafetensorsError("MetadataIncompleteBuffer");
}

/** Bytes of a tensor. Throws where extents, elements or bytes pass 2⁵³ − 1, also if a later extent is 0. */
function sizeOf({ name, elementBytes, shape }: TensorInfo): number {
  let product = elementBytes;
  for (const extent of shape) {
    product *= extent;
    if (!Number.isSafeInteger(extent) || !Number.isSafeInteger(product)) {
      throw new SafetensorsError("ValidationOverflow", { tensor: name });
    }
  }
  return product;
}

/** The numbers of a tensor as a fresh array, or null for an element type that has no array here (F16, I64, …). */
export function numbersOf(tensor: StoredTensor): TensorData | null {
  // A copy, because the file may be unaligned; every platform that runs WebGPU or Node is little-endian, as the format is.
  const buffer = tensor.bytes.slice().buffer;
  switch (tensor.dtype) {
    case "F32":
      return new Float32Array(buffer);
    case "F64":
      return new Float64Array(buffer);
    case "I32":
      return new Int32Array(buffer);
    case "U32":
      return new Uint32Array(buffer);
    default:
      return null;
  }
}

function dtypeOf(data: TensorData): string {
  if (data instanceof Float64Array) return "F64";
  if (data instanceof Float32Array) return "F32";
  return data instanceof Int32Array ? "I32" : "U32";
}

/**
 * Writes a file: wide elements first, then by name, the header padded with spaces to 8 bytes, so that every tensor is
 * aligned. Throws `RangeError` when a shape and its data disagree.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, TensorToWrite>,
  metadata: ReadonlyMap<string, string>,
): ArrayBuffer {
  const ordered = [...tensors].sort(
    ([nameA, a], [nameB, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (nameA < nameB ? -1 : 1),
  );
  const header: [string, unknown][] = metadata.size > 0 ? [[METADATA_KEY, Object.fromEntries(metadata)]] : [];
  let dataBytes = 0;
  for (const [name, { shape, data }] of ordered) {
    const elements = shape.reduce((product, extent) => product * extent, 1);
    if (name === METADATA_KEY || elements !== data.length) {
      throw new RangeError(`${name}: shape [${shape.join(", ")}] does not fit ${data.length} elements`);
    }
    header.push([name, { dtype: dtypeOf(data), shape, data_offsets: [dataBytes, dataBytes + data.byteLength] }]);
    dataBytes += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES;
  const file = new ArrayBuffer(LENGTH_BYTES + headerBytes + dataBytes);
  new DataView(file).setBigUint64(0, BigInt(headerBytes), true);
  const bytes = new Uint8Array(file).fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(text, LENGTH_BYTES);
  let position = LENGTH_BYTES + headerBytes;
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}
