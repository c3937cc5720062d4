/** The page of TensorFlow.js; `?player=` is its backend. */
import { offerBench } from "../window-bench.ts";
import { create } from "./tfjs.ts";

offerBench(create);
