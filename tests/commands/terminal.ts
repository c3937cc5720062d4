/** A terminal that remembers, for tests of commands. */
import type { Terminal } from "../../src/cli/commands/terminal.ts";

/** What a command wrote. */
export interface RecordedTerminal extends Terminal {
  readonly printed: readonly string[];
  readonly notes: readonly string[];
}

/** An empty one. */
export function recordTerminal(): RecordedTerminal {
  const printed: string[] = [];
  const notes: string[] = [];
  return {
    printed,
    notes,
    print: (text) => printed.push(text),
    note: (line) => notes.push(line),
    progress: () => undefined,
  };
}
