/**
 * What other programs take of the machine while nobody here computes. A pause is watched before every measurement and behind
 * the last; only load that lasts into a pause is seen, and none that another virtual machine causes.
 */
import { cpus } from "node:os";

/** Length of a pause: some 20 ticks of the system's clock on each core. */
const PAUSE_MS = 200;

/** Pauses at most: a second, longer than a browser takes to tidy up behind a step. */
const MOST_PAUSES = 5;

/** Share of all cores above which a round counts as disturbed: other work of a fifth of one core on a machine with two. */
export const DISTURBED_ABOVE = 0.1;

function readTicks(): { readonly busy: number; readonly all: number } {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const total = times.user + times.nice + times.sys + times.idle + times.irq;
    all += total;
    busy += total - times.idle;
  }
  return { busy, all };
}

async function pause(): Promise<number> {
  const before = readTicks();
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  const after = readTicks();
  return after.all > before.all ? (after.busy - before.busy) / (after.all - before.all) : 0;
}

/**
 * Pauses, and says which share of all cores was busy meanwhile: 0 to 1. A contestant that was just measured may go on for a
 * moment, freeing memory, so a busy pause is followed by others, `MOST_PAUSES` at most; the least busy counts.
 */
export async function watchPause(watch = pause): Promise<number> {
  let least = 1;
  for (let i = 0; i < MOST_PAUSES && least > DISTURBED_ABOVE; i++) least = Math.min(least, await watch());
  return least;
}
