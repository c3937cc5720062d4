/** `npm run verify -- <folder>`: golden files against a backend, as a table or as JSON. */
import { readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { parseArgs } from "node:util";
import { type GoldenFolder, type VerifyReport, verifyFolder } from "../../checks/verify.ts";
import { openCommandBackend, readBackendWish } from "./open-backend.ts";
import { EXIT, type Terminal, UsageError, withUsage } from "./terminal.ts";

const USAGE = `npm run verify -- <folder> [--backend webgpu|wasm|cpu] [--only <file/case>] [--json]

  <folder>   golden files; every case in it is played and compared
  --backend  play on this and nothing else (default: webgpu where there is an adapter)
  --only     only cases whose file/case starts like this, e.g. cells/gru_v3; may be repeated
  --json     the report as JSON on stdout

Exit code: 0 no case failed, 1 some failed, 2 no such backend, 64 wrong arguments.`;

/** Runs the command; resolves with its exit code. */
export function verify(args: readonly string[], terminal: Terminal): Promise<number> {
  return withUsage(USAGE, terminal, async () => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        backend: { type: "string" },
        only: { type: "string", multiple: true },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      terminal.print(USAGE);
      return EXIT.ok;
    }
    const [path, ...rest] = positionals;
    if (path === undefined || rest.length > 0) throw new UsageError("one folder is needed");
    const folder = openFolder(path);
    const only = (values.only ?? []).map((wish) => wish.replace(/\.(safetensors|json)$/, ""));
    const wish = readBackendWish(values.backend);
    const backend = await openCommandBackend(wish, terminal);
    if (backend === null) return EXIT.noBackend;
    try {
      const report = await verifyFolder(folder, backend, { only, progress: terminal.note });
      if (report.files.length === 0)
        throw new UsageError(`${path} holds no golden case${only.length > 0 ? " that --only selects" : ""}`);
      terminal.print(values.json ? toJson(report) : toTable(report));
      return report.failed === 0 ? EXIT.ok : EXIT.failed;
    } finally {
      backend.dispose();
    }
  });
}

function openFolder(path: string): GoldenFolder {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`there is no folder ${path}`);
  const entries = readdirSync(path, { recursive: true, encoding: "utf8" });
  return {
    paths: entries.map((entry) => entry.split(sep).join("/")).sort(),
    read: async (entry) => Uint8Array.from(await readFile(join(path, entry))).buffer,
  };
}

/** JSON has no Infinity: a result that is missing or not a number shows as the text "Infinity". */
function toJson(report: VerifyReport): string {
  const finite = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  return JSON.stringify(report, finite, 2);
}

function toTable({ backend, adapter, files, passed, failed, unsupported }: VerifyReport): string {
  const width = Math.max(0, ...files.map(({ file }) => file.length));
  const lines = files.map((file) => {
    const { worst } = file;
    const closest = worst
      ? `  worst ${worst.case}/${worst.tensor} ${worst.error.toExponential(1)} of ${worst.allowed.toExponential(1)}`
      : "";
    return `${file.file.padEnd(width)}  ${tally(file)}${closest}`;
  });
  return [`${backend}: ${adapter}`, ...lines, `total: ${tally({ passed, failed, unsupported })}`].join("\n");
}

function tally(counts: { readonly passed: number; readonly failed: number; readonly unsupported: number }): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.unsupported} not supported`;
}
