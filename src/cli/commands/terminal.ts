/**
 * What a command needs of a terminal: results go to stdout, everything about progress and trouble to stderr, so that
 * `--json` can be piped. Exit codes are named once.
 */
import { InputError } from "../../core/errors.ts";

/** 0 done; 1 the answer is no; 2 the backend could not be had; 64 the command was called wrongly (BSD's EX_USAGE). */
export const EXIT = { ok: 0, failed: 1, noBackend: 2, usage: 64 } as const;

/** Where a command writes; tests give their own. */
export interface Terminal {
  /** One block of results. */
  readonly print: (text: string) => void;
  /** One line about what is going on. */
  readonly note: (line: string) => void;
  /** A line that the next one overwrites; in a log file, one every few seconds. */
  readonly progress: (line: string) => void;
}

/** Wrong arguments; the message says which and what is allowed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Progress lines where nothing can be overwritten come at most this often. */
const LOG_INTERVAL_MS = 5000;

/** The process's own streams. */
function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  let shown = false;
  let loggedMs = performance.now();
  const clear = () => {
    if (shown) stderr.write("\r\u001b[K");
    shown = false;
  };
  return {
    print(text) {
      clear();
      stdout.write(`${text}\n`);
    },
    note(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    progress(line) {
      if (stderr.isTTY) {
        clear();
        stderr.write(line);
        shown = true;
      } else if (performance.now() - loggedMs >= LOG_INTERVAL_MS) {
        stderr.write(`${line}\n`);
        loggedMs = performance.now();
      }
    },
  };
}

/** Runs a command with the process's arguments and leaves its exit code to the process. */
export async function runCommand(
  command: (args: readonly string[], terminal: Terminal) => Promise<number>,
): Promise<void> {
  process.exitCode = await command(process.argv.slice(2), processTerminal());
}

/** Turns wrong arguments and refused input into a sentence and their exit code. Other errors pass. */
export async function withUsage(usage: string, terminal: Terminal, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof InputError) terminal.note(`refused, ${error.message}`);
    else if (error instanceof UsageError || isArgumentError(error)) terminal.note(`${error.message}\n\n${usage}`);
    else throw error;
    return EXIT.usage;
  }
}

/** An error of node:util's `parseArgs`. */
function isArgumentError(error: unknown): error is Error {
  return error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}
