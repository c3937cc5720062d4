/**
 * Hands events on once a frame, all that came since the last one together, so that the page is drawn once for them. Tiny networks
 * finish hundreds of chunks and evaluations a second; drawn one by one they would keep a page from ever answering a click.
 */

/** How long a page that draws no frames, because it is hidden, waits instead: often enough for what it keeps and announces. */
const HIDDEN_MS = 250;

/** Calls back before the next frame is painted, or after `HIDDEN_MS` where none is. */
function nextFrame(callback: () => void): void {
  const once = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    callback();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, HIDDEN_MS);
}

/** A receiver that keeps what it is given, in order, until `plan` calls back. What `receive` throws costs only that one item. */
export function deliverInFrames<Item>(
  receive: (item: Item) => void,
  plan: (deliver: () => void) => void = nextFrame,
): (item: Item) => void {
  const waiting: Item[] = [];
  const deliver = () => {
    try {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) receive(item);
    } finally {
      if (waiting.length > 0) plan(deliver);
    }
  };
  return (item) => {
    waiting.push(item);
    if (waiting.length === 1) plan(deliver);
  };
}
