/** Entry of `npm run bench`. */
import { runCommand } from "../src/cli/commands/terminal.ts";
import { bench } from "./command.ts";

await runCommand(bench);
