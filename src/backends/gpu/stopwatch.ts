/**
 * Times parts of what is played: by the device's own timestamps around each compute pass where it has them, otherwise by
 * waiting for each part to end. A part may have several passes, because a submit may fall into its middle; its time is
 * their sum.
 */
import type { PhaseProfile } from "../../core/backend.ts";
import type { Pending } from "./pending.ts";
import type { Readback, ReadRequest } from "./readback.ts";
import type { Recorder } from "./recorder.ts";

/** Passes between two readings: a query set has room for 4,096 queries, two for each pass. */
const PASSES = 2048;

const QUERY_BYTES = 8;
const NANOSECONDS_PER_MS = 1e6;

/** What a stopwatch works with. */
export interface StopwatchParts {
  readonly device: GPUDevice;
  readonly pending: Pending;
  readonly recorder: Recorder;
  readonly readback: Readback;
}

/** See `createStopwatch`. */
export interface Stopwatch {
  readonly method: Exclude<PhaseProfile["method"], "clock">;
  /** Records the parts one after the other and resolves with the milliseconds of each, once all have run. */
  measure(parts: readonly (() => void)[], now: () => number): Promise<readonly number[]>;
  dispose(): void;
}

/** A stopwatch for one player. One `measure` at a time. */
export function createStopwatch(parts: StopwatchParts): Stopwatch {
  return parts.device.features.has("timestamp-query") ? createTimestamps(parts) : createWaiting(parts);
}

function createWaiting({ device, pending, recorder }: StopwatchParts): Stopwatch {
  const settle = () => pending.guard(device.queue.onSubmittedWorkDone());
  return {
    method: "waiting",
    async measure(parts, now) {
      recorder.flush();
      await settle();
      const times: number[] = [];
      for (const record of parts) {
        const began = now();
        record();
        recorder.flush();
        await settle();
        times.push(now() - began);
      }
      return times;
    },
    dispose() {},
  };
}

function createTimestamps({ device, recorder, readback }: StopwatchParts): Stopwatch {
  const querySet = device.createQuerySet({ label: "stopwatch", type: "timestamp", count: 2 * PASSES });
  const sizeBytes = 2 * PASSES * QUERY_BYTES;
  const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
  const resolved = device.createBuffer({ label: "stopwatch", size: sizeBytes, usage });
  /** The part that each pass since the last reading belongs to. */
  let owners: number[] = [];

  function describe(part: number): GPUComputePassDescriptor {
    const pass = owners.length;
    if (pass === PASSES) throw new Error(`one call was cut into more than ${PASSES / 2} submits`);
    owners.push(part);
    const [begin, end] = [2 * pass, 2 * pass + 1];
    return { timestampWrites: { querySet, beginningOfPassWriteIndex: begin, endOfPassWriteIndex: end } };
  }

  /** Adds the times of the passes so far to those of their parts. */
  async function read(times: number[]): Promise<void> {
    const read = owners;
    owners = [];
    if (read.length === 0) return;
    const request: ReadRequest = {
      ...{
        source: resolved,
        offsetBytes: 0,
        sizeBytes: read.length * 2 * QUERY_BYTES,
        copies: 1,
        distanceBytes: 0,
        type: "u32",
      },
    };
    const staging = recorder.append((encoder) => {
      encoder.resolveQuerySet(querySet, 0, read.length * 2, resolved, 0);
      return readback.encode(encoder, request);
    });
    recorder.flush();
    const stamps = new BigUint64Array((await readback.receive(staging, request)).buffer);
    for (const [pass, part] of read.entries()) {
      // Devices may set their clock back between two stamps; such a pass counts as 0.
      const elapsed = Number((stamps[2 * pass + 1] ?? 0n) - (stamps[2 * pass] ?? 0n));
      times[part] = (times[part] ?? 0) + Math.max(elapsed, 0) / NANOSECONDS_PER_MS;
    }
  }

  return {
    method: "timestamps",
    async measure(parts) {
      const times = parts.map(() => 0);
      for (const [part, record] of parts.entries()) {
        if (owners.length > PASSES / 2) await read(times);
        recorder.describePasses(() => describe(part));
        try {
          record();
        } finally {
          recorder.describePasses(undefined);
        }
      }
      await read(times);
      return times;
    },
    dispose() {
      querySet.destroy();
      resolved.destroy();
    },
  };
}
