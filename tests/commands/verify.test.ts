/** The command `verify`: exit codes, what goes to which stream, and no silent change of backend. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { verify } from "../../src/cli/commands/verify.ts";
import { recordTerminal } from "./terminal.ts";

// A machine without Dawn: whoever wishes for WebGPU must be told, not served by the CPU.
vi.mock("webgpu", () => {
  throw new Error("not installed");
});

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "golden-"));
  cpSync("fixtures/golden/optim", join(folder, "optim"), { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true }));

async function run(...args: readonly string[]) {
  const terminal = recordTerminal();
  const code = await verify(args, terminal);
  return { code, terminal };
}

describe("verify", () => {
  it("prints one JSON report on stdout and a line per case on stderr", async () => {
    const { code, terminal } = await run(folder, "--backend", "cpu", "--only", "optim/clip", "--json");
    expect(code).toBe(0);
    expect(terminal.printed).toHaveLength(1);
    expect(JSON.parse(terminal.printed[0] ?? "")).toEqual({
      backend: "cpu",
      adapter: expect.any(String),
      files: [
        {
          file: "optim/clip.safetensors",
          passed: 6,
          failed: 0,
          unsupported: 0,
          worst: {
            case: expect.any(String),
            tensor: expect.any(String),
            error: expect.any(Number),
            allowed: expect.any(Number),
          },
        },
      ],
      passed: 6,
      failed: 0,
      unsupported: 0,
    });
    expect(terminal.notes.filter((line) => line.startsWith("passed "))).toHaveLength(6);
  });

  it("exits with 1 when one number of a file is changed", async () => {
    const path = join(folder, "optim/clip.safetensors");
    const bytes = readFileSync(path);
    // The first reference number of the data part: F64 tensors come first.
    const data = 8 + Number(bytes.readBigUInt64LE(0));
    bytes.writeDoubleLE(bytes.readDoubleLE(data) + 1, data);
    writeFileSync(path, bytes);
    const { code, terminal } = await run(folder, "--backend", "cpu", "--only", "optim/clip", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(terminal.printed[0] ?? "")).toMatchObject({ passed: 5, failed: 1, unsupported: 0 });
  });

  it("shows a table without --json", async () => {
    const { code, terminal } = await run(folder, "--backend", "cpu", "--only", "optim/clip");
    expect(code).toBe(0);
    expect(terminal.printed[0]).toContain("total: 6 passed, 0 failed, 0 not supported");
  });

  it("exits with 2 where the wished backend cannot be had", async () => {
    const { code, terminal } = await run(folder, "--backend", "webgpu");
    expect(code).toBe(2);
    expect(terminal.printed).toEqual([]);
    expect(terminal.notes).toEqual(["WebGPU cannot be had (webgpu-missing)"]);
  });

  it("takes the CPU where no backend was wished for, and says so", async () => {
    const { code, terminal } = await run(folder, "--only", "optim/clip/norm_zero");
    expect(code).toBe(0);
    expect(terminal.notes[0]).toBe("WebGPU cannot be had (webgpu-missing); using the CPU player");
    expect(terminal.printed[0]).toMatch(/^wasm: /);
  });

  it.each([
    [[], "one folder is needed"],
    [["/does/not/exist"], "there is no folder /does/not/exist"],
    [["package.json"], "there is no folder package.json"],
    [["src/core", "--backend", "cpu"], "src/core holds no golden case"],
    [["src/core", "--backend", "gpu"], "--backend must be webgpu, wasm or cpu, not gpu"],
    [["src/core", "--fast"], "Unknown option '--fast'"],
  ])("explains %j and exits with 64", async (args, sentence) => {
    const { code, terminal } = await run(...args);
    expect(code).toBe(64);
    expect(terminal.printed).toEqual([]);
    expect(terminal.notes.join("\n")).toContain(sentence);
    expect(terminal.notes.join("\n")).toContain("npm run verify -- <folder>");
  });
});
