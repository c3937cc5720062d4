/** Entry of the parity command, which `npm run test:naga` plays in deno. */
import { parity } from "./commands/parity.ts";
import { runCommand } from "./commands/terminal.ts";

await runCommand(parity);
