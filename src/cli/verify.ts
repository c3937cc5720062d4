/** Entry of `npm run verify`. */
import { runCommand } from "./commands/terminal.ts";
import { verify } from "./commands/verify.ts";

await runCommand(verify);
