/**
 * Gives Node what a browser has: `navigator.gpu` and WebGPU's constants, from Dawn. The GPU object has to stay
 * referenced (once it is collected its promises never settle, or the process waits for ever), and `navigator` on `globalThis`
 * does that; so it is made once for all the files of a process.
 */
import { create, globals } from "webgpu";

if (globalThis.navigator?.gpu === undefined) {
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, "navigator", { value: { gpu: create([]) }, configurable: true });
  // While anything is pending Dawn asks for it in every turn of the loop, which takes a core from an adapter of software.
  const patient = (callback: () => void): NodeJS.Timeout => setTimeout(callback, 1);
  Object.defineProperty(globalThis, "setImmediate", { value: patient, configurable: true });
}
