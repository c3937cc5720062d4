/** What reaches a pass: pipelines and bind groups only where they change, and all of them again in the next pass. */
import { expect, test } from "vitest";
import type { Station } from "./dispatch.ts";
import { createPace } from "./pace.ts";
import { createRecorder, type Step } from "./recorder.ts";

/** Stubs of the parts of WebGPU that a recorder touches; every call is logged. */
function createStubs() {
  const calls: string[] = [];
  const pass = {
    setPipeline: ({ label }: { label: string }) => calls.push(`pipeline ${label}`),
    setBindGroup: (index: number, { label }: { label: string }) => calls.push(`group ${index} ${label}`),
    dispatchWorkgroups: (...grid: number[]) => calls.push(`dispatch ${grid}`),
    end: () => calls.push("end"),
  };
  const encoder = { beginComputePass: () => pass, finish: () => ({}) };
  const device = { createCommandEncoder: () => encoder, queue: { submit: () => calls.push("submit") } };
  return { calls, device };
}

/** A stub passes for an object of WebGPU where it has what is used. */
function stub<Type>(value: unknown, isType: (value: unknown) => value is Type): Type {
  if (!isType(value)) throw new Error("not an object");
  return value;
}
const isAnything = <Type>(value: unknown): value is Type => typeof value === "object" && value !== null;

const station: Station = {
  kernel: { file: "example", bindings: [], scalars: [], sizes: {}, grid: () => [1, 1, 1], trips: () => 0 },
  ...{ sizes: {}, label: "", segments: [], numbers: {}, dynamic: false },
};

const pipelines = {
  a: stub({ label: "a" }, isAnything<GPUComputePipeline>),
  b: stub({ label: "b" }, isAnything<GPUComputePipeline>),
};
const groups = { t: stub({ label: "t" }, isAnything<GPUBindGroup>), u: stub({ label: "u" }, isAnything<GPUBindGroup>) };

const step = (pipeline: "a" | "b", tensors: "t" | "u", plannedMs = 1): Step => ({
  dispatch: { station, grid: [2, 3, 1], looped: {} },
  ...{ pipeline: pipelines[pipeline], tensors: groups[tensors], offsetBytes: 0, plannedMs },
});

function record(steps: readonly Step[]) {
  const { calls, device } = createStubs();
  const slots = { group: stub({ label: "fixed" }, isAnything<GPUBindGroup>), buffer: stub({}, isAnything<GPUBuffer>) };
  const recorder = createRecorder({
    device: stub(device, isAnything<GPUDevice>),
    fixed: slots,
    runtime: { ...slots, holds: () => true, take: () => 0, upload: () => {} },
    pace: createPace(() => 0),
    submitted: () => {},
  });
  for (const each of steps) recorder.record(each, {});
  recorder.flush();
  return calls;
}

test("pipelines and bind groups are set where they change", () => {
  const steps = [step("a", "t"), step("a", "t"), step("a", "u"), step("b", "u")];
  const calls = record(steps);
  expect(calls.filter((call) => call.startsWith("pipeline"))).toEqual(["pipeline a", "pipeline b"]);
  expect(calls.filter((call) => call.startsWith("group 0"))).toEqual(["group 0 t", "group 0 u"]);
  expect(calls.filter((call) => call === "dispatch 2,3,1")).toHaveLength(4);
});

test("a new pass knows nothing of the one before", () => {
  // Each of these is planned for longer than a submit may take.
  const calls = record([step("a", "t", 101), step("a", "t", 101)]);
  expect(calls.filter((call) => call === "submit")).toHaveLength(2);
  expect(calls.filter((call) => call === "pipeline a")).toHaveLength(2);
  expect(calls.filter((call) => call === "group 0 t")).toHaveLength(2);
});
