/** The page of Gatescope's contestant: `window.bench`, computed by the player that `?player=` names. */
import { create } from "./contestant.ts";
import { measureOverheads } from "./overheads.ts";
import { offerBench } from "./window-bench.ts";

offerBench(create, measureOverheads);
