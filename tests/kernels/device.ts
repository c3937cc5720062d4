/**
 * A GPUDevice for kernel tests, the same call in Node (Dawn) and in Chromium. Without an adapter tests fail: a skipped
 * kernel test proves nothing.
 */

/** Requests an adapter and a device with default limits, so that no test depends on a generous GPU. */
export async function openDevice(): Promise<GPUDevice> {
  const host = typeof window === "undefined" ? "Dawn in Node" : "Chromium";
  if (!navigator.gpu) throw new Error(`No WebGPU here: ${host} has no navigator.gpu.`);
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error(`No WebGPU adapter: ${host} found neither a GPU nor Chromium's SwiftShader driver.`);
  return adapter.requestDevice();
}
