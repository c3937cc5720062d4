/** The store of measured plans: one browser version, a bounded number of entries, and storage that refuses or lies. */
import { expect, test } from "vitest";
import type { Plan } from "../core/program.ts";
import { createPlanStore } from "./plans.ts";

function createStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => void items.delete(key),
    setItem: (key, value) => void items.set(key, value),
  };
}

const plans: Plan = { "adapter | gru-forward | T 8": { implementation: "persistent", sizes: { R: 8 } } };

test("what was kept comes back, in the same version of the browser only", () => {
  const storage = createStorage();
  createPlanStore("one", () => storage).keep(plans);
  expect(createPlanStore("one", () => storage).load()).toEqual(plans);
  expect(createPlanStore("two", () => storage).load()).toEqual({});
});

test("the oldest entries are forgotten first", () => {
  const storage = createStorage();
  const store = createPlanStore("one", () => storage);
  const many = Array.from({ length: 500 }, (_, i) => [`shape ${i}`, { implementation: "step", sizes: {} }] as const);
  store.keep(Object.fromEntries(many));
  const names = Object.keys(store.load());
  expect(names).toHaveLength(400);
  expect(names[0]).toBe("shape 100");
});

test("nothing, text that is not ours, and refused storage are an empty store", () => {
  const storage = createStorage();
  const store = createPlanStore("one", () => storage);
  expect(store.load()).toEqual({});
  for (const text of ["{", "3", '{"version":"one","plans":{"x":3}}']) {
    storage.setItem("gatescope-plans", text);
    expect(store.load()).toEqual({});
  }
  const refused = createPlanStore("one", () => {
    throw new DOMException("no", "SecurityError");
  });
  refused.keep(plans);
  expect(refused.load()).toEqual({});
});
