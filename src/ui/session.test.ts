/** The conversation with the worker over a fake client: what is sent, how often, and what waits for whom. */

import { describe, expect, it } from "vitest";
import type { BackendWish } from "../core/backend.ts";
import type { Experiment } from "../core/experiment.ts";
import type { PlannedOperation } from "../core/program.ts";
import type { Command, Event } from "../worker/protocol.ts";
import { type AppState, initialState } from "./app-state.ts";
import { withValue } from "./edit-experiment.ts";
import { helloEvent, startedEvent, weatherExperiment } from "./samples.ts";
import { createSession, type EngineClient } from "./session.ts";
import { reduce } from "./state.ts";

const ownFile = { name: "words.txt", bytes: 4, sha256: "a".repeat(64) };

function edited(path: string, value: unknown): Experiment {
  const outcome = withValue(weatherExperiment, path, value);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.issues));
  return outcome.experiment;
}

function setUp() {
  const sent: Command[] = [];
  let say: (event: Event) => void = () => undefined;
  let state: AppState = initialState;
  const painted: (() => void)[] = [];
  const shown: BackendWish[] = [];
  const kept: Record<string, PlannedOperation> = { earlier: { implementation: "step", sizes: {} } };
  const client: EngineClient = {
    send: (command) => void sent.push(command),
    subscribe(listener) {
      say = listener;
      return () => undefined;
    },
    terminate: () => undefined,
  };
  const session = createSession({
    get: () => state,
    dispatch(event) {
      state = reduce(state, event);
    },
    createClient: () => client,
    showWish: (wish) => void shown.push(wish),
    plans: { load: () => kept, keep: (plans) => void Object.assign(kept, plans) },
    record: () => undefined,
    keep: () => undefined,
    afterPaint: (callback) => void painted.push(callback),
  });
  session.connect();
  const of = <Type extends Command["type"]>(type: Type) =>
    sent.filter((command): command is Extract<Command, { readonly type: Type }> => command.type === type);
  return { session, sent, of, painted, kept, shown, say: (event: Event) => say(event), state: () => state };
}

/** A session whose first run stands. */
function running() {
  const parts = setUp();
  parts.say(helloEvent);
  parts.session.dispatch({ type: "draft-replaced", experiment: weatherExperiment });
  parts.session.start(weatherExperiment, true);
  parts.say(startedEvent(1));
  return parts;
}

describe("the player of new runs", () => {
  it("is asked for on the way to the engine, kept, and shown in the address", () => {
    const { session, of, shown, state } = running();
    session.chooseBackend("wasm");
    expect(of("open-backend").map(({ wish }) => wish)).toEqual(["auto", "wasm"]);
    expect(state()).toMatchObject({ wish: "wasm", preferences: { backend: "wasm" } });
    expect(shown).toEqual(["wasm"]);
    expect(of("start")).toHaveLength(1);
  });
});

describe("measured plans", () => {
  it("go to the worker, and new ones are kept", () => {
    const { of, say, kept } = setUp();
    expect(of("open-backend")).toMatchObject([{ measured: { earlier: { implementation: "step" } } }]);
    say({ type: "tuned", measured: { later: { implementation: "persistent", sizes: { R: 8 } } } });
    expect(kept.later).toEqual({ implementation: "persistent", sizes: { R: 8 } });
  });

  it("of a run under way show their progress until the run stands, and can be skipped", () => {
    const { session, of, say, state } = setUp();
    say(helloEvent);
    session.start(weatherExperiment, true);
    say({ type: "tuning", runId: 1, done: 1, total: 4, operation: "gru-forward" });
    expect(state().building).toEqual({ done: 1, total: 4, operation: "gru-forward" });
    say({ type: "tuning", runId: 7, done: 3, total: 4, operation: "gru-backward" });
    expect(state().building?.done).toBe(1);
    session.skipTuning();
    expect(of("skip-tuning")).toHaveLength(1);
    say(startedEvent(1));
    expect(state().building).toBeNull();
  });
});

describe("a profile", () => {
  it("is asked for and shown with the run that it is of", () => {
    const { session, of, say, state } = running();
    session.profile();
    expect(of("profile")).toHaveLength(1);
    say({ type: "profiled", runId: 1, step: 5, method: "clock", times: [] });
    expect(state().run?.profile).toMatchObject({ step: 5 });
    say({ type: "profiled", runId: 2, step: 9, method: "clock", times: [] });
    expect(state().run?.profile).toMatchObject({ step: 5 });
  });
});

describe("starting", () => {
  it("waits for the engine", () => {
    const { session, of } = setUp();
    session.start(weatherExperiment, true);
    expect(of("start")).toEqual([]);
  });

  it("makes one run of a hundred clicks while one is under way, with the last settings", () => {
    const { session, of, say } = running();
    session.start(edited("seed", 2), true);
    for (let seed = 3; seed < 103; seed++) session.start(edited("seed", seed), true);
    expect(of("start").map((command) => command.experiment.seed)).toEqual([1, 2]);
    say(startedEvent(2));
    expect(of("start").map((command) => command.experiment.seed)).toEqual([1, 2, 102]);
  });

  it("resets the run under way, not the one that still shows", () => {
    const { session, of, say } = running();
    session.start(edited("seed", 2), true);
    session.reset();
    say(startedEvent(2));
    expect(of("start").at(-1)).toMatchObject({ runId: 3, autoplay: false, experiment: { seed: 2 } });
  });

  it("sends what waited also after a refusal", () => {
    const { session, of, say } = running();
    session.start(edited("seed", 2), true);
    session.start(edited("seed", 3), true);
    say({ type: "fault", runId: 2, step: null, fault: { code: "program-refused", details: {} } });
    expect(of("start").at(-1)?.experiment.seed).toBe(3);
  });

  it("does not start a draft with a refused number", () => {
    const { session, of } = running();
    session.editNumber({ field: "units", layer: 0 }, "0");
    session.startDraft();
    expect(of("start")).toHaveLength(1);
  });
});

describe("live fields", () => {
  it("reach the worker as the draft took them, and only then", () => {
    const { session, of } = running();
    for (const text of ["0", "abc", "0.5", "0.5"]) session.editNumber({ field: "learningRate", layer: null }, text);
    expect(of("set-live")).toEqual([{ type: "set-live", field: "learningRate", value: 0.5 }]);
  });

  it("can be switched off", () => {
    const { session, of } = running();
    session.setClipping(false);
    expect(of("set-live")).toEqual([{ type: "set-live", field: "clipNorm", value: null }]);
  });

  it("include the limit of a single gradient, switched on, moved and off again", () => {
    const { session, of } = running();
    const path = "training.clipValue";
    for (const value of [1, null]) session.editValue(path, value);
    session.editNumber({ field: "clipValue", layer: null }, "0.25");
    expect(of("set-live")).toEqual([
      { type: "set-live", field: "clipValue", value: 1 },
      { type: "set-live", field: "clipValue", value: null },
      { type: "set-live", field: "clipValue", value: 0.25 },
    ]);
  });

  it("are the only edits that reach the worker", () => {
    const { session, sent } = running();
    const before = sent.length;
    session.editNumber({ field: "seed", layer: null }, "5");
    session.addLayer();
    expect(sent).toHaveLength(before);
  });
});

describe("a tenth of the rate, after a run went wrong", () => {
  it("starts again from step 0 while no evaluation has chosen a best state", () => {
    const { session, of } = running();
    session.lowerRate();
    const rate = weatherExperiment.training.learningRate / 10;
    expect(of("start").at(-1)).toMatchObject({ autoplay: true, experiment: { training: { learningRate: rate } } });
    expect(of("restore-best")).toEqual([]);
  });

  it("goes on from the best state", () => {
    const { session, sent, say } = running();
    const result = { kind: "none" } as const;
    const evaluation = {
      step: 20,
      validationLoss: 1,
      bestStep: 20,
      bestValidationLoss: 1,
      latest: {},
      best: {},
      result,
    };
    say({ type: "evaluation", runId: 1, ...evaluation });
    session.lowerRate();
    expect(sent.slice(-3).map((command) => command.type)).toEqual(["set-live", "restore-best", "play"]);
  });
});

describe("own data", () => {
  const experiment = edited("task", { name: "own-text", file: ownFile });

  it("is asked for, and the run starts once the right file is there", () => {
    const { session, of, say, state } = running();
    session.start(experiment, false);
    expect(state().dialog).toEqual({ kind: "file-request", ...ownFile });
    session.ownFiles.inspectText("words.txt", "abcd");
    const preview = { kind: "text", characters: 4, symbols: 4, start: "abcd" } as const;
    say({ type: "file-inspected", task: "own-text", reference: { ...ownFile, sha256: "b".repeat(64) }, preview });
    expect(of("start")).toHaveLength(1);
    session.ownFiles.inspectText("words.txt", "abcd");
    say({ type: "file-inspected", task: "own-text", reference: ownFile, preview });
    expect(state().dialog).toBeNull();
    expect(of("start").at(-1)).toMatchObject({ experiment, own: { name: "words.txt" }, autoplay: false });
  });

  it("is asked for when a saved run misses it", () => {
    const { session, of, say, state } = running();
    session.openRun(new ArrayBuffer(8), null, "file-opened");
    say({ type: "fault", runId: 2, step: null, fault: { code: "data-missing", details: ownFile } });
    expect(state().dialog).toEqual({ kind: "file-request", ...ownFile });
    session.ownFiles.inspectText("words.txt", "abcd");
    const preview = { kind: "text", characters: 4, symbols: 4, start: "abcd" } as const;
    say({ type: "file-inspected", task: "own-text", reference: ownFile, preview });
    expect(of("open-run").at(-1)).toMatchObject({ own: { name: "words.txt" } });
  });
});

describe("pictures", () => {
  it("are acknowledged once they are painted, also those of a run that is gone", () => {
    const { of, say, painted } = running();
    const probe = { title: "", length: 0, labels: [], ...{ inputs: none, outputs: none, targets: none } };
    say({ type: "snapshot", runId: 9, step: 0, probe, layers: [], answers: [] });
    expect(of("acknowledge-snapshot")).toEqual([]);
    for (const callback of painted) callback();
    expect(of("acknowledge-snapshot")).toHaveLength(1);
  });
});

describe("a worker that cannot even be made", () => {
  it("becomes a fault with a way to try again", () => {
    let state: AppState = initialState;
    const session = createSession({
      get: () => state,
      dispatch(event) {
        state = reduce(state, event);
      },
      createClient() {
        throw new TypeError("no workers here");
      },
      showWish: () => undefined,
      plans: null,
      record: () => undefined,
      keep: () => undefined,
      afterPaint: (callback) => callback(),
    });
    session.connect();
    expect(state.engine.phase).toBe("failed");
    expect(state.notices).toHaveLength(1);
  });
});

const none = new Float32Array(0);
