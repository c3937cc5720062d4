/** Promises that settle whatever the device does: lost before, during or after, or broken by our own mistake. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BackendLostError } from "../../core/errors.ts";
import { createPending } from "./pending.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A device that can be lost at will and counts submits. */
function stubDevice() {
  let lose: (info: { message: string }) => void = () => undefined;
  const lost = new Promise<{ message: string }>((resolve) => {
    lose = resolve;
  });
  const submit = vi.fn();
  const device: unknown = { lost, queue: { submit } };
  if (!isDevice(device)) throw new Error("unreachable");
  return { device, submit, lose: () => lose({ message: "driver reset" }) };
}

/** The part of GPUDevice that waiting uses. */
function isDevice(value: unknown): value is GPUDevice {
  return typeof value === "object" && value !== null && "lost" in value;
}

const never = () => new Promise<never>(() => undefined);

test("work that finishes passes through", async () => {
  const { device } = stubDevice();
  await expect(createPending(device).guard(Promise.resolve(7))).resolves.toBe(7);
});

test("work that stays silent rejects when the device is lost, and so does everything later", async () => {
  const { device, lose } = stubDevice();
  const pending = createPending(device);
  const silent = pending.guard(never());
  lose();
  await expect(silent).rejects.toThrow(BackendLostError);
  await expect(pending.guard(Promise.resolve(7))).rejects.toThrow("driver reset");
});

test("a rejection that arrives just before the loss counts as the loss", async () => {
  const { device, lose } = stubDevice();
  const aborted = createPending(device).guard(Promise.reject(new Error("AbortError")));
  const outcome = expect(aborted).rejects.toThrow(BackendLostError);
  await vi.advanceTimersByTimeAsync(20);
  lose();
  await outcome;
});

test("a rejection without a loss keeps its own error", async () => {
  const { device } = stubDevice();
  const refused = createPending(device).guard(Promise.reject(new Error("not mappable")));
  const outcome = expect(refused).rejects.toThrow("not mappable");
  await vi.advanceTimersByTimeAsync(100);
  await outcome;
});

test("an error that the device reports out of band rejects what is pending", async () => {
  const { device } = stubDevice();
  const pending = createPending(device);
  const silent = pending.guard(never());
  pending.fail(new Error("WebGPU: invalid bind group"));
  await expect(silent).rejects.toThrow("invalid bind group");
});

test("the queue is woken while something is pending, and only then", async () => {
  const { device, submit } = stubDevice();
  const pending = createPending(device);
  let finish: () => void = () => undefined;
  const work = pending.guard(
    new Promise<void>((resolve) => {
      finish = resolve;
    }),
  );
  await vi.advanceTimersByTimeAsync(50);
  expect(submit.mock.calls.length).toBeGreaterThan(5);
  finish();
  await work;
  await vi.advanceTimersByTimeAsync(10);
  const calls = submit.mock.calls.length;
  await vi.advanceTimersByTimeAsync(100);
  expect(submit.mock.calls.length).toBe(calls);
});
