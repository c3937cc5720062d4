/** The probe of a run, whichever kind of model it trains: a sequence that is read, or a source that is answered. */
import type { Player } from "../core/backend.ts";
import { type ProbeResult, type ProbeSequence, playProbe } from "./probe.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { playSequenceProbe } from "./sequence-to-sequence/sequence-probe.ts";

/** Where a probe is played, and the step of the parameters that it sees. */
export interface ProbePlace {
  readonly player: Player;
  readonly spec: ProgramSpec;
  readonly step: number;
}

/** Sends a probe at once and resolves with its views. Throws `InputError` (`probe-invalid`) for one that cannot be read. */
export async function runProbe(
  { player, spec, step }: ProbePlace,
  sequence: ProbeSequence,
): Promise<ProbeResult & { readonly step: number }> {
  const { decoder } = spec;
  if (!decoder) return { ...(await playProbe(player, spec, sequence)), step };
  if (!(sequence instanceof Uint32Array)) throw new Error("a source has symbols");
  return { ...(await playSequenceProbe(player, spec, decoder, sequence)), step };
}
