/** Tables of the reducer: which event changes what, and which must change nothing. */
import { describe, expect, it } from "vitest";
import type { Experiment } from "../core/experiment.ts";
import type { Event } from "../worker/protocol.ts";
import { type AppState, initialState, type PageEvent, waitingChanges } from "./app-state.ts";
import { withValue } from "./edit-experiment.ts";
import { helloEvent, recallExperiment, startedEvent, weatherExperiment } from "./samples.ts";
import { reduce } from "./state.ts";

const metrics = (runId: number, first: number, losses: readonly number[]): Event => {
  const values = Float32Array.from(losses);
  return {
    type: "metrics",
    runId,
    first,
    loss: values,
    norm: values,
    clipFactor: values,
    clippedShare: values,
    learningRate: values,
    epoch: 1,
    stepsPerSecond: 10,
    tokensPerSecond: 100,
  };
};

const through = (...events: readonly (PageEvent | Event)[]): AppState => events.reduce(reduce, initialState);
const asked = (runId: number, experiment: Experiment | null = weatherExperiment): PageEvent => ({
  type: "run-requested",
  pending: { runId, experiment, plan: null, notice: null },
});
const running = () => through(helloEvent, asked(1), startedEvent(1));
const keysOf = (state: AppState) =>
  state.notices.map((notice) => (notice.kind === "message" ? notice.key : notice.fault.code));

describe("a run", () => {
  it("counts steps from the first of a block", () => {
    expect(reduce(running(), metrics(1, 4, [0.5, 0.25])).run).toMatchObject({ step: 6, loss: 0.25 });
  });

  it("drops what an old run still says", () => {
    const state = reduce(running(), startedEvent(2));
    expect(reduce(state, metrics(1, 4, [0.5]))).toBe(state);
  });

  it("that is the first to stand leaves standing why another was refused before it", () => {
    const refused: Event = { type: "fault", runId: 1, step: null, fault: { code: "data-too-short", details: {} } };
    expect(keysOf(through(helloEvent, asked(1), refused, asked(2), startedEvent(2)))).toEqual(["data-too-short"]);
  });

  it("keeps training on the page when the next run is refused", () => {
    const trained = reduce(reduce(running(), metrics(1, 0, [0.5])), asked(2));
    const fault = { code: "program-refused", details: {} } as const;
    const state = reduce(trained, { type: "fault", runId: 2, step: null, fault });
    expect(state.run).toEqual(trained.run);
    expect(state.pending).toBeNull();
    expect(keysOf(state)).toContain("program-refused");
  });

  it("goes on from the recovered step, on the new adapter", () => {
    const backend = { ...helloEvent.backend, adapter: "other" };
    const lost = reduce(running(), { type: "recovering", runId: 1, attempt: 1 });
    expect(lost.run?.recovering).toBe(1);
    const state = reduce(lost, {
      type: "recovered",
      runId: 1,
      step: 7,
      backend,
      wish: "auto",
      shared: { player: "webgpu", plan: {} },
    });
    expect(state.run).toMatchObject({ recovering: null, step: 7, backend });
    expect(keysOf(state)).toContain("recovered");
  });

  it("appends to a sample of text until the next one begins", () => {
    const piece = (sample: number, text: string): Event => {
      return { type: "generated", runId: 1, step: 1, sample, text, done: false };
    };
    const { run } = [piece(1, "ab"), piece(1, "c"), piece(2, "x")].reduce<AppState>(reduce, running());
    expect(run?.generated.map((sample) => sample.text)).toEqual(["abc", "x"]);
  });

  it("forgets where to stop once it has stopped there", () => {
    const state = reduce(running(), { type: "stop-at-chosen", step: 5 });
    const stopped = reduce(state, { type: "playing", runId: 1, playing: false, reason: "stop-at" });
    expect(stopped.run?.stopAt).toBeNull();
    expect(keysOf(stopped)).toContain("stopped-at");
  });
});

describe("the draft", () => {
  it("takes what the field table allows, and nothing else", () => {
    const place = { field: "units", layer: 0 } as const;
    const good = reduce(running(), { type: "number-edited", place, text: "17" });
    expect(good.draft?.model.layers[0]?.units).toBe(17);
    for (const text of ["0", "1000000000", "1.5", "many", ""]) {
      const bad = reduce(good, { type: "number-edited", place, text });
      expect(bad.draft).toBe(good.draft);
      expect(bad.refused.get("model.layers.0.units")?.text).toBe(text);
      expect(reduce(bad, { type: "number-edited", place, text: "18" }).refused.size).toBe(0);
    }
  });

  it("never touches the run that trains", () => {
    const state = reduce(running(), { type: "number-edited", place: { field: "seed", layer: null }, text: "9" });
    expect(state.run?.experiment).toBe(weatherExperiment);
    expect(waitingChanges(state)).toEqual(["seed"]);
  });

  it("keeps edits made while a run was being built", () => {
    const place = { field: "seed", layer: null } as const;
    const state = through(
      helloEvent,
      { type: "draft-replaced", experiment: weatherExperiment },
      asked(1),
      { type: "number-edited", place, text: "9" },
      startedEvent(1),
    );
    expect(state.draft?.seed).toBe(9);
  });

  it("follows a file or an undo", () => {
    const opened = through(helloEvent, asked(1, null), startedEvent(1, { experiment: recallExperiment, step: 40 }));
    expect(opened.draft).toEqual(recallExperiment);
    expect(reduce(opened, startedEvent(0)).draft).toEqual(weatherExperiment);
  });

  it("learns what was changed while an opened run ran, until the user changes it again", () => {
    const live = (value: number): Event => {
      return { type: "live-changed", runId: 1, step: 3, field: "learningRate", value };
    };
    const opened = [asked(1, null), startedEvent(1), live(0.5)].reduce<AppState>(reduce, through(helloEvent));
    expect(opened.draft?.training.learningRate).toBe(0.5);
    const place = { field: "learningRate", layer: null } as const;
    const own = reduce(opened, { type: "number-edited", place, text: "0.25" });
    expect(reduce(own, live(0.125)).draft?.training.learningRate).toBe(0.25);
  });

  it("drops refusals of layers when the stack changes", () => {
    const place = { field: "units", layer: 0 } as const;
    const bad = reduce(running(), { type: "number-edited", place, text: "0" });
    const outcome = withValue(weatherExperiment, "model.layers.0.reset", "before");
    expect(reduce(bad, { type: "edited", outcome }).refused.size).toBe(0);
  });

  it("is left as it was by an edit that the schema refuses", () => {
    const state = running();
    expect(reduce(state, { type: "edited", outcome: withValue(weatherExperiment, "model.head", "never") })).toBe(state);
  });
});

describe("notices", () => {
  it("offer Undo for a run that had been trained, and only then", () => {
    const trained = reduce(running(), metrics(1, 0, [0.5]));
    expect(keysOf([asked(2), startedEvent(2, { canUndo: true })].reduce<AppState>(reduce, trained))).toEqual([
      "put-aside",
    ]);
    expect(keysOf([asked(2), startedEvent(2, { canUndo: true })].reduce<AppState>(reduce, running()))).toEqual([]);
  });

  it("say a fault once, however often it comes", () => {
    const event: Event = { type: "fault", runId: 1, step: 3, fault: { code: "no-improvement", details: {} } };
    expect(keysOf([event, event, event].reduce<AppState>(reduce, running()))).toEqual(["no-improvement"]);
  });

  it("about a link stay when a run begins, those about a run go", () => {
    const ofRun: Event = { type: "fault", runId: 1, step: 3, fault: { code: "diverging", details: {} } };
    const ofPage: PageEvent = { type: "faulted", fault: { code: "link-invalid", details: {} } };
    const state = [ofRun, ofPage, asked(2), startedEvent(2)].reduce<AppState>(reduce, running());
    expect(keysOf(state)).toEqual(["link-invalid"]);
  });

  it("about waiting go when play begins", () => {
    const waiting = reduce(running(), { type: "told", key: "waits-for-play" });
    const still = reduce(waiting, { type: "playing", runId: 1, playing: false, reason: "user" });
    expect(keysOf(still)).toEqual(["waits-for-play"]);
    expect(keysOf(reduce(waiting, { type: "playing", runId: 1, playing: true, reason: "user" }))).toEqual([]);
  });

  it("are dismissed one by one", () => {
    const two = through({ type: "told", key: "saved" }, { type: "told", key: "link-copied" });
    const [first] = two.notices;
    expect(keysOf(reduce(two, { type: "notice-dismissed", id: first?.id ?? 0 }))).toEqual(["link-copied"]);
  });
});

describe("the engine", () => {
  const died: Event = { type: "fault", runId: null, step: null, fault: { code: "worker-failed", details: {} } };

  it("may die without taking the page's state along", () => {
    const trained = reduce(running(), metrics(1, 0, [0.5]));
    const state = reduce(trained, died);
    expect(state.engine.phase).toBe("failed");
    expect(state.run).toMatchObject({ step: 1, playing: false });
    expect(state.draft).toBe(trained.draft);
  });

  it("answers inside the dialog that asked for a file", () => {
    const asking = reduce(running(), { type: "dialog-opened", dialog: { kind: "own-text" } });
    const fault = { code: "text-invalid", details: { reason: "empty" } } as const;
    const state = reduce(asking, { type: "fault", runId: null, step: null, fault });
    expect(state.inspectFault).toEqual(fault);
    expect(state.notices).toEqual([]);
  });

  it("is never hidden by a dialog when it dies", () => {
    const asking = reduce(running(), { type: "dialog-opened", dialog: { kind: "own-text" } });
    expect(reduce(asking, died).engine.phase).toBe("failed");
  });
});
