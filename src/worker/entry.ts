/**
 * Composition root of the worker: the only place where a backend is opened and where the server meets the real clock,
 * the real GPU and the page. No logic.
 */
import { openBackend } from "../backends/open.ts";
import { describeWorst, runParity } from "../checks/parity.ts";
import { decodeCommand } from "./decode.ts";
import { Server } from "./server.ts";

const server = new Server({
  post: (event, transfer = []) => self.postMessage(event, { transfer }),
  openBackend: (wish) => openBackend(wish, navigator.gpu),
  checkDevice: async (backend) => {
    const report = await runParity(backend);
    return { passed: report.passed, failed: report.failed, worst: describeWorst(report) };
  },
  now: () => performance.now(),
  delay: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
});

self.onmessage = (message: MessageEvent<unknown>) => {
  const command = decodeCommand(message.data);
  // Thrown here, it reaches the page as the worker's error event: our own page must not send such a thing.
  if (!command) throw new TypeError("the page sent a message that is no command");
  server.receive(command);
};

void server.serve();
