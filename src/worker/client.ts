/**
 * The page's end of the road: starts the worker, sends commands, hands out decoded events. A worker that does not load
 * or dies becomes a `fault` event with code `worker-failed`, so that listeners need only one channel.
 */
import { decodeEvent } from "./decode.ts";
import workerUrl from "./entry.ts?worker&url";
import { deliverInFrames } from "./frame-delivery.ts";
import type { Command, Event } from "./protocol.ts";

/** A running worker. */
export interface WorkerClient {
  /** Sends a command; buffers in `transfer` move to the worker. */
  send(command: Command, transfer?: Transferable[]): void;
  /** Calls `listener` for every event, those of a frame together; returns the way to stop. */
  subscribe(listener: (event: Event) => void): () => void;
  /** Ends the worker at once; whatever it held is gone. */
  terminate(): void;
}

interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}

let policy: ScriptUrlPolicy | undefined;

/** The one Trusted Types policy, `app`: script addresses of our own origin pass, everything else throws. */
export function trustScriptUrl(url: string): string {
  policy ??= createPolicy();
  return policy.createScriptURL(url);
}

function createPolicy(): ScriptUrlPolicy {
  const rules: ScriptUrlPolicy = { createScriptURL: sameOriginOnly };
  const factory: unknown = Reflect.get(globalThis, "trustedTypes");
  return isPolicyFactory(factory) ? factory.createPolicy("app", rules) : rules;
}

function isPolicyFactory(
  value: unknown,
): value is { createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy } {
  return typeof value === "object" && value !== null && "createPolicy" in value;
}

function sameOriginOnly(url: string): string {
  const resolved = new URL(url, document.baseURI);
  if (resolved.origin !== location.origin) throw new TypeError(`script of another origin refused: ${resolved.origin}`);
  return resolved.href;
}

/** Starts the engine's worker. Throws only where the browser cannot construct a worker at all. */
export function createWorkerClient(): WorkerClient {
  const listeners = new Set<(event: Event) => void>();
  const emit = deliverInFrames((event: Event) => {
    for (const listener of listeners) listener(event);
  });
  const fail = (reason: string) =>
    emit({ type: "fault", runId: null, step: null, fault: { code: "worker-failed", details: { reason } } });
  const worker = new Worker(trustScriptUrl(workerUrl), { type: "module", name: "engine" });
  worker.onmessage = (message: MessageEvent<unknown>) => {
    const event = decodeEvent(message.data);
    if (event) emit(event);
    else fail("message");
  };
  worker.onerror = (error) => fail(error.message || "load");
  worker.onmessageerror = () => fail("message");
  return {
    send: (command, transfer = []) => worker.postMessage(command, transfer),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    terminate() {
      worker.terminate();
      // Events that wait for a frame are of a worker that is no more.
      listeners.clear();
    },
  };
}
