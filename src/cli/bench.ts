/** Entry of `npm run bench`. */
import { bench } from "./commands/bench.ts";
import { runCommand } from "./commands/terminal.ts";

await runCommand(bench);
