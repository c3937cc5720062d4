/** Items that come between frames, with frames called by hand. */
import { describe, expect, test } from "vitest";
import { deliverInFrames } from "./frame-delivery.ts";

function drive(receive: (item: string) => void) {
  const planned: (() => void)[] = [];
  const put = deliverInFrames(receive, (deliver) => planned.push(deliver));
  return { put, planned, frame: () => planned.shift()?.() };
}

describe("deliverInFrames", () => {
  test("hands on all that came since the last frame, in order, and plans one frame for it", () => {
    const received: string[] = [];
    const { put, planned, frame } = drive((item) => received.push(item));
    put("a");
    put("b");
    expect(received).toEqual([]);
    expect(planned).toHaveLength(1);
    frame();
    expect(received).toEqual(["a", "b"]);
    expect(planned).toHaveLength(0);
    put("c");
    frame();
    expect(received).toEqual(["a", "b", "c"]);
  });

  test("an answer to an item comes in the same frame", () => {
    const received: string[] = [];
    const driven = drive((item) => {
      received.push(item);
      if (item === "question") driven.put("answer");
    });
    driven.put("question");
    driven.frame();
    driven.frame();
    expect(received).toEqual(["question", "answer"]);
    expect(driven.planned).toHaveLength(0);
  });

  test("an item whose receiver throws costs none of the others", () => {
    const received: string[] = [];
    const { put, frame } = drive((item) => {
      if (item === "bad") throw new Error("refused");
      received.push(item);
    });
    for (const item of ["a", "bad", "b"]) put(item);
    expect(frame).toThrow("refused");
    frame();
    expect(received).toEqual(["a", "b"]);
  });
});
