/**
 * A GPUDevice for kernel tests, the same call in Node (Dawn) and in Chromium. Without an adapter tests fail: a skipped
 * kernel test proves nothing.
 */

/** Requests an adapter and a device with default limits, so that no test depends on a generous GPU. */
export async function openDevice(): Promise<GPUDevice> {
  const inNode = typeof window === "undefined";
  const tried = inNode
    ? "Dawn in Node with this machine's drivers and the SwiftShader beside Chromium"
    : "Chromium with --enable-unsafe-webgpu and SwiftShader";
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error(`No WebGPU adapter: tried ${tried}.`);
  return adapter.requestDevice();
}
