/** Every operation of a backend against its twin, as a table or as JSON. In deno it judges what Naga makes of the kernels. */
import { parseArgs } from "node:util";
import { type ParityReport, runParity } from "../../checks/parity.ts";
import { OPERATIONS } from "../../operations/registry.ts";
import { openCommandBackend, readBackendWish } from "./open-backend.ts";
import { EXIT, type Terminal, UsageError, withUsage } from "./terminal.ts";

const USAGE = `node scripts/cli.mjs parity [--backend webgpu|wasm|cpu] [--only <operation>] [--seed <number>] [--whole-steps] [--json]

  --backend      play on this and nothing else (default: webgpu where there is an adapter)
  --only         only this operation; may be repeated
  --seed         another set of random numbers
  --whole-steps  besides, every operation within the kernel of whole training steps, where it can be; software adapters compile that for minutes
  --json         the report as JSON on stdout

Exit code: 0 every case passed, 1 some failed, 2 no such backend, 64 wrong arguments.`;

/** Runs the command; resolves with its exit code. */
export function parity(args: readonly string[], terminal: Terminal): Promise<number> {
  return withUsage(USAGE, terminal, async () => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        backend: { type: "string" },
        only: { type: "string", multiple: true },
        seed: { type: "string", default: "1" },
        "whole-steps": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      terminal.print(USAGE);
      return EXIT.ok;
    }
    const seed = Number(values.seed);
    if (!Number.isSafeInteger(seed) || seed < 0) throw new UsageError(`--seed must be a number, not ${values.seed}`);
    const unknown = values.only?.find((wish) => !OPERATIONS.some(({ name }) => name === wish));
    if (unknown !== undefined) throw new UsageError(`--only: there is no operation ${unknown}`);
    const backend = await openCommandBackend(readBackendWish(values.backend), terminal);
    if (backend === null) return EXIT.noBackend;
    try {
      const report = await runParity(backend, {
        seed,
        wholeSteps: values["whole-steps"],
        ...(values.only && { operations: values.only }),
        progress: (done, total) => terminal.progress(`${done} of ${total} cases`),
      });
      terminal.print(values.json ? toJson(report) : toTable(report));
      return report.failed === 0 ? EXIT.ok : EXIT.failed;
    } finally {
      backend.dispose();
    }
  });
}

/** Only what failed: hundreds of cases pass. JSON has no Infinity, so it shows as text. */
function toJson({ results, ...report }: ParityReport): string {
  const failures = results.filter(({ passed }) => !passed);
  const finite = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  return JSON.stringify({ ...report, failures }, finite, 2);
}

function toTable({ backend, adapter, results, passed, failed, seed }: ParityReport): string {
  const lines = results
    .filter((result) => !result.passed)
    .map(
      ({ operation, numbers, tensor, error, allowed }) => `${operation} ${numbers}: ${tensor} ${error} of ${allowed}`,
    );
  return [`${backend}: ${adapter}`, ...lines, `seed ${seed}: ${passed} passed, ${failed} failed`].join("\n");
}
