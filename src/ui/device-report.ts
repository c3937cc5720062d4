/** The device as a text that somebody can paste into a bug report. */
import type { AppState } from "./app-state.ts";
import { formatMilliseconds } from "./i18n/format.ts";

/** Facts of the browser that the state does not hold. */
export interface BrowserFacts {
  readonly userAgent: string;
  readonly secureContext: boolean;
  readonly hasGpu: boolean;
  readonly cores: number;
}

/** Reads them from this browser. */
export function browserFacts(): BrowserFacts {
  return {
    userAgent: navigator.userAgent,
    secureContext: isSecureContext,
    hasGpu: "gpu" in navigator,
    cores: navigator.hardwareConcurrency,
  };
}

/** One `name: value` per line; names stay English, whatever the page's language, because reports are read by others. */
export function deviceReport({ engine, run, deviceCheck }: AppState, facts: BrowserFacts): string {
  const lines: (readonly [name: string, value: string | number | boolean])[] = [
    ["browser", facts.userAgent],
    ["secure context", facts.secureContext],
    ["navigator.gpu on the page", facts.hasGpu],
    ["logical cores", facts.cores],
    ["engine", engine.phase],
  ];
  if (engine.phase === "ready") {
    const { backend, faults, operations } = engine;
    const played = run?.backend ?? backend;
    lines.push(["backend", played.kind], ["adapter", played.adapter], ["software adapter", played.software]);
    if (played.measured) {
      const { webgpuMs, wasmMs } = played.measured;
      lines.push(
        ["WebGPU, ms a step", formatMilliseconds(webgpuMs)],
        ["CPU player, ms a step", formatMilliseconds(wasmMs)],
      );
    }
    if (played.adapter !== backend.adapter) lines.push(["adapter of new runs", backend.adapter]);
    lines.push(["largest buffer, bytes", backend.limits.maxBufferBytes]);
    lines.push(["largest binding, bytes", backend.limits.maxBindingBytes], ["operations", operations.length]);
    for (const { code, details } of faults) lines.push([`fault ${code}`, JSON.stringify(details)]);
  }
  if (run) {
    lines.push(["task", run.experiment.task.name], ["parameters", run.parameters], ["step", run.step]);
    lines.push(["steps per second", run.stepsPerSecond.toFixed(1)]);
  }
  if (deviceCheck !== null && deviceCheck !== "running") {
    lines.push(["check passed", deviceCheck.passed], ["check failed", deviceCheck.failed]);
    lines.push(["check worst", deviceCheck.worst]);
  }
  return lines.map(([name, value]) => `${name}: ${value}`).join("\n");
}
