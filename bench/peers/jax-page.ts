/** The page of jax-js; `?player=` is its device. */
import { offerBench } from "../window-bench.ts";
import { create } from "./jax.ts";

offerBench(create);
