/**
 * The parts of the peers' libraries that are used here, by hand: their packages are installed only where they are wanted, and
 * the compiler must not need them. Signatures are special cases of the real ones.
 */
declare module "@jax-js/jax" {
  /** An array that is consumed by whatever takes it; `ref` is the same array once more. */
  interface JaxArray {
    readonly ref: JaxArray;
    add(other: JaxArray | number): JaxArray;
    sub(other: JaxArray | number): JaxArray;
    mul(other: JaxArray | number): JaxArray;
    div(other: JaxArray | number): JaxArray;
    sum(): JaxArray;
    mean(): JaxArray;
    reshape(shape: readonly number[]): JaxArray;
    /** One entry for each axis: `[]` for all of it, or a range. */
    slice(...axes: (readonly [] | readonly [from: number, to: number])[]): JaxArray;
    data(): Promise<Float32Array<ArrayBuffer>>;
    dispose(): void;
  }
  type JaxTree = JaxArray | readonly JaxTree[];
  const numpy: {
    array(values: Float32Array<ArrayBuffer> | number): JaxArray;
    zeros(shape: readonly number[]): JaxArray;
    matmul(left: JaxArray, right: JaxArray): JaxArray;
    concatenate(parts: readonly JaxArray[], axis: number): JaxArray;
    square(x: JaxArray): JaxArray;
    sqrt(x: JaxArray): JaxArray;
    tanh(x: JaxArray): JaxArray;
  };
  const nn: {
    sigmoid(x: JaxArray): JaxArray;
    softplus(x: JaxArray): JaxArray;
    logSoftmax(x: JaxArray): JaxArray;
  };
  function init(...devices: ("webgpu" | "wasm")[]): Promise<string[]>;
  function defaultDevice(device: "webgpu" | "wasm"): void;
  function jit<Args extends readonly JaxTree[], Result extends JaxTree>(
    compute: (...args: Args) => Result,
  ): (...args: Args) => Result;
  /** The value, and its gradient by the first argument. */
  function valueAndGrad<First extends JaxTree, Rest extends readonly JaxTree[]>(
    compute: (first: First, ...rest: Rest) => JaxArray,
  ): (first: First, ...rest: Rest) => readonly [JaxArray, First];
}

declare module "@tensorflow/tfjs" {
  interface Tensor {
    data(): Promise<Float32Array>;
    mean(): Tensor;
    dispose(): void;
  }
  interface Layer {
    apply(input: SymbolicTensor): SymbolicTensor;
    setWeights(weights: readonly Tensor[]): void;
  }
  interface SymbolicTensor {
    readonly shape: readonly (number | null)[];
  }
  interface LayersModel {
    apply(input: Tensor, settings: { readonly training: boolean }): Tensor;
    dispose(): void;
  }
  interface Optimizer {
    minimize(loss: () => Tensor, returnCost: true): Tensor;
    dispose(): void;
  }
  function setBackend(name: string): Promise<boolean>;
  function getBackend(): string;
  function ready(): Promise<void>;
  function tidy<Result>(compute: () => Result): Result;
  function tensor(values: Float32Array<ArrayBuffer>, shape: readonly number[]): Tensor;
  function input(settings: { readonly shape: readonly number[]; readonly batchSize: number }): SymbolicTensor;
  function model(settings: { readonly inputs: SymbolicTensor; readonly outputs: SymbolicTensor }): LayersModel;
  const version: { readonly tfjs: string };
  const layers: {
    gru(settings: {
      readonly units: number;
      readonly returnSequences: boolean;
      readonly recurrentActivation: "sigmoid";
      readonly resetAfter: false;
    }): Layer;
    lstm(settings: {
      readonly units: number;
      readonly returnSequences: boolean;
      readonly recurrentActivation: "sigmoid";
    }): Layer;
    simpleRNN(settings: { readonly units: number; readonly returnSequences: boolean }): Layer;
    dense(settings: { readonly units: number }): Layer;
  };
  const losses: {
    meanSquaredError(labels: Tensor, predictions: Tensor): Tensor;
    sigmoidCrossEntropy(labels: Tensor, logits: Tensor): Tensor;
    softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor;
  };
  const train: {
    adam(learningRate: number, beta1: number, beta2: number, epsilon: number): Optimizer;
  };
}

declare module "@tensorflow/tfjs-backend-webgpu";
declare module "@tensorflow/tfjs-backend-wasm" {
  function setWasmPaths(paths: Readonly<Record<string, string>>): void;
}
declare module "@tensorflow/tfjs-backend-wasm/*.wasm?url" {
  const url: string;
  export default url;
}

declare module "brain.js" {
  /** Row-major values and their gradients. */
  interface BrainMatrix {
    readonly rows: number;
    readonly columns: number;
    readonly weights: Float32Array;
    readonly deltas: Float32Array;
  }
  /** One step of time: operations in order. */
  interface BrainEquation {
    readonly states: {
      readonly name: string;
      backpropagationFn: (product: BrainMatrix, left: BrainMatrix, right: BrainMatrix) => void;
    }[];
    /** Runs forward and leaves the gradient of the logits; the loss in bits. */
    predictTargetIndex(input: number, target: number): number;
    backpropagateIndex(input: number): BrainMatrix;
  }
  type BrainGate = "updateGate" | "resetGate" | "cellWrite";
  type BrainLayer = Readonly<Record<`${BrainGate}${"InputMatrix" | "HiddenMatrix" | "Bias"}`, BrainMatrix>>;
  interface BrainNetwork {
    readonly model: {
      readonly input: BrainMatrix;
      readonly hiddenLayers: readonly BrainLayer[];
      readonly outputConnector: BrainMatrix;
      readonly output: BrainMatrix;
      readonly equations: readonly BrainEquation[];
    };
    initialize(): void;
    /** Adds an equation for one more step. */
    bindEquation(): void;
  }
  interface BrainOptions {
    readonly hiddenLayers: readonly number[];
    readonly inputSize: number;
    readonly inputRange: number;
    readonly outputSize: number;
  }
  const recurrent: { readonly GRU: new (options: BrainOptions) => BrainNetwork };
}
