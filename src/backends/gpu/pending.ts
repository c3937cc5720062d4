/**
 * Work that waits for the GPU. Every promise that leaves the player goes through here, because after a loss the
 * device's own promises may reject, resolve or stay silent, depending on the browser.
 */
import { BackendLostError } from "../../core/errors.ts";

/**
 * Firefox looks for finished work only every 100 ms unless something is submitted; an empty submit in between brings the
 * wait down to this interval (measured in 153 ESR). Elsewhere it is harmless. To be dropped when Firefox wakes by itself.
 */
const PUMP_MS = 4;

/** A rejection may arrive a moment before the loss that caused it. */
const LOSS_GRACE_MS = 50;

/** Pending work of one device; see `createPending`. */
export interface Pending {
  /** Settles as `work` does, except that it rejects with `BackendLostError` once the device is gone. */
  guard<Value>(work: Promise<Value>): Promise<Value>;
  /** Makes every guarded promise reject from now on; for errors of ours that the device reports out of band. */
  fail(error: Error): void;
}

/** Watches a device from now on. */
export function createPending(device: GPUDevice): Pending {
  const rejections = new Set<(error: Error) => void>();
  let failure: Error | undefined;
  let pumping = false;

  function fail(error: Error): void {
    failure ??= error;
    for (const reject of rejections) reject(failure);
    rejections.clear();
  }

  function pump(): void {
    if (rejections.size === 0 || failure) {
      pumping = false;
      return;
    }
    pumping = true;
    device.queue.submit([]);
    setTimeout(pump, PUMP_MS);
  }

  const lost = device.lost.then(({ message }) => {
    fail(new BackendLostError(message));
  });

  function guard<Value>(work: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (failure) {
        reject(failure);
        // It may still reject by itself, which would be the same news once more.
        work.catch(() => undefined);
        return;
      }
      const settle = (deliver: () => void) => {
        if (rejections.delete(reject)) deliver();
      };
      rejections.add(reject);
      work.then(
        (value) => settle(() => resolve(value)),
        async (error: unknown) => {
          await Promise.race([lost, new Promise<void>((wake) => setTimeout(wake, LOSS_GRACE_MS))]);
          settle(() => reject(error));
        },
      );
      if (!pumping) {
        pumping = true;
        setTimeout(pump, PUMP_MS);
      }
    });
  }
  return { guard, fail };
}
