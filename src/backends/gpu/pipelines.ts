/**
 * Compute pipelines, compiled asynchronously and shared by every player of a device. Layouts are built from the
 * implementation's data, never by the compiler, so that a kernel that drops a binding still fits its bind group.
 */
import { ShaderError } from "../../core/errors.ts";
import type { Kernel, Numbers } from "../../core/operation.ts";
import { composeShader, locate, type Shader } from "./shaders.ts";

/** Compiles and keeps pipelines; see `createPipelines`. */
export interface Pipelines {
  /** Layout of group 0 of a kernel. Kernels with the same accesses share it. */
  tensorLayout(kernel: Kernel): GPUBindGroupLayout;
  /** Layout of group 1 of every kernel: one uniform block with a dynamic offset. */
  readonly scalarLayout: GPUBindGroupLayout;
  /** The pipeline of a kernel at these sizes. Rejects with `ShaderError`. */
  compile(kernel: Kernel, sizes: Numbers): Promise<GPUComputePipeline>;
}

/** Starts an empty cache for a device. */
export function createPipelines(device: GPUDevice): Pipelines {
  const tensorLayouts = new Map<string, GPUBindGroupLayout>();
  const compiled = new Map<string, Promise<GPUComputePipeline>>();
  const scalarLayout = device.createBindGroupLayout({
    label: "scalars",
    entries: [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: "uniform", hasDynamicOffset: true } }],
  });

  function tensorLayout(kernel: Kernel): GPUBindGroupLayout {
    const key = kernel.bindings.map(({ access }) => access).join();
    let layout = tensorLayouts.get(key);
    if (!layout) {
      const entries = kernel.bindings.map(({ access }, binding): GPUBindGroupLayoutEntry => {
        const type = access === "read" ? "read-only-storage" : "storage";
        return { binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } };
      });
      layout = device.createBindGroupLayout({ label: key, entries });
      tensorLayouts.set(key, layout);
    }
    return layout;
  }

  function compile(kernel: Kernel, sizes: Numbers): Promise<GPUComputePipeline> {
    const constants = pickSizes(kernel, sizes);
    // The same file with other shared ones is another kernel.
    const key = `${[kernel.file, ...(kernel.lib ?? [])]} ${JSON.stringify(constants)}`;
    let pipeline = compiled.get(key);
    if (!pipeline) {
      const layout = device.createPipelineLayout({
        label: kernel.file,
        bindGroupLayouts: [tensorLayout(kernel), scalarLayout],
      });
      pipeline = createPipeline(device, { kernel, constants, layout });
      compiled.set(key, pipeline);
    }
    return pipeline;
  }
  return { tensorLayout, scalarLayout, compile };
}

/** The sizes that this kernel declares, with its defaults where the plan says nothing. */
function pickSizes(kernel: Kernel, sizes: Numbers): Record<string, number> {
  return Object.fromEntries(Object.entries(kernel.sizes).map(([name, standard]) => [name, sizes[name] ?? standard]));
}

interface PipelineRequest {
  readonly kernel: Kernel;
  readonly constants: Record<string, number>;
  readonly layout: GPUPipelineLayout;
}

async function createPipeline(device: GPUDevice, request: PipelineRequest): Promise<GPUComputePipeline> {
  const { kernel, constants, layout } = request;
  const shader = composeShader(kernel);
  // The scope keeps a compile error from being reported a second time, as an uncaptured one.
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ label: kernel.file, code: shader.code });
  const scope = device.popErrorScope();
  const error = firstError(shader, await module.getCompilationInfo());
  await scope;
  if (error) throw error;
  try {
    return await device.createComputePipelineAsync({
      label: kernel.file,
      layout,
      compute: { module, entryPoint: "main", constants },
    });
  } catch (cause) {
    // Some implementations report compile errors only here, without a place.
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ShaderError(message, { file: `shaders/${kernel.file}.wgsl`, line: 0, column: 0, cause });
  }
}

function firstError(shader: Shader, info: GPUCompilationInfo): ShaderError | undefined {
  const message = info.messages.find(({ type }) => type === "error");
  if (!message) return undefined;
  const { file, line } = locate(shader, message.lineNum);
  return new ShaderError(message.message, { file, line, column: message.linePos });
}
