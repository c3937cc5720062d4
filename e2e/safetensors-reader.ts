/**
 * A second, minimal reader of safetensors, written from the format's description and sharing no line with the product:
 * eight bytes of header length, a JSON header, then the tensors' bytes at the offsets it gives.
 */

/** Tensors by name, as double precision numbers with their shape, and the file's texts. */
export interface SavedFile {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float64Array }>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

/** Reads a file of F32 tensors. Throws for any other element type. */
export function readSafetensorsFile(bytes: Buffer): SavedFile {
  const headerEnd = 8 + Number(bytes.readBigUInt64LE(0));
  const header: Record<string, Entry> & { __metadata__?: Record<string, string> } = JSON.parse(
    bytes.toString("utf8", 8, headerEnd),
  );
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, { shape: readonly number[]; values: Float64Array }>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries)) {
    if (dtype !== "F32") throw new Error(`${name} is ${dtype}`);
    const [begin, end] = data_offsets;
    const values = Float64Array.from({ length: (end - begin) / 4 }, (_, i) =>
      bytes.readFloatLE(headerEnd + begin + 4 * i),
    );
    tensors.set(name, { shape, values });
  }
  return { tensors, metadata };
}
