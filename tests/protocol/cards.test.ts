/** Samples of the tasks whose data cannot be fetched. */
import { afterEach, expect, test, vi } from "vitest";
import { TASKS } from "../../src/tasks/registry.ts";
import { type DrivenPage, openStartedPage } from "./driven-page.ts";

vi.setConfig({ testTimeout: 60_000 });

let page: DrivenPage;
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
});

test("a card that cannot be drawn is told, and the run goes on as before", async () => {
  vi.spyOn(TASKS["seattle-weather"], "load").mockRejectedValue(new Error("the test is offline"));
  page = await openStartedPage();
  expect((await page.until("fault")).fault.details).toEqual({ message: "the test is offline" });
  await page.until("task-card");
  await page.trainTo(5);
  expect((await page.save()).step).toBe(5);
});
