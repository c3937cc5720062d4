/**
 * Gives Node what a browser has: `navigator.gpu` and WebGPU's constants, from Dawn. The GPU object has to stay
 * referenced (once it is collected its promises never settle), and `navigator` on `globalThis` does that.
 */
import { create, globals } from "webgpu";

Object.assign(globalThis, globals);
Object.defineProperty(globalThis, "navigator", { value: { gpu: create([]) }, configurable: true });
