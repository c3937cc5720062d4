/** Entry of `npm run train`. */
import { runCommand } from "./commands/terminal.ts";
import { train } from "./commands/train.ts";

await runCommand(train);
