/**
 * One model of a player that plays several, as a player of its own: reads and writes go to that model. A phase is still
 * played for all of them, so only phases that leave nothing behind (`probe`), or whose states are brought along (`generate`), may be played through it
 * while others train.
 */
import type { Player } from "../core/backend.ts";

/** The model as a player; disposing of it does nothing. */
export function viewModel(player: Player, model: number): Player {
  return {
    counts: player.counts,
    bytes: player.bytes,
    write: (tensor, data, offset) => player.write(tensor, data, offset, model),
    play: (phase, scalars) => player.play(phase, scalars),
    playSteps: (phases, count, scalarsOf) => player.playSteps(phases, count, scalarsOf),
    profile: (phase, scalars, now) => player.profile(phase, scalars, now),
    submit: () => player.submit(),
    read: (tensor, offset, length) => player.read(tensor, offset, length, model),
    readAll: (tensor, offset, length) => player.read(tensor, offset, length, model),
    settle: () => player.settle(),
    dispose() {},
  };
}
