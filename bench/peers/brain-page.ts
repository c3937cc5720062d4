/** The page of brain.js, which computes in plain JavaScript. */
import { offerBench } from "../window-bench.ts";
import { create } from "./brain.ts";

offerBench(create);
