/**
 * Commands in order of arrival. The server is one loop that takes commands between chunks of training, so nothing it
 * does runs concurrently with anything else; `breathe` lets messages arrive although the loop never sleeps.
 */
import type { Command } from "./protocol.ts";

/** Order-keeping queue with one reader. */
export class Mailbox {
  readonly #queue: Command[] = [];
  #wake: (() => void) | null = null;

  /** Appends a command and wakes the reader. */
  put(command: Command): void {
    this.#queue.push(command);
    this.#wake?.();
    this.#wake = null;
  }

  /** The oldest command, or undefined. */
  take(): Command | undefined {
    return this.#queue.shift();
  }

  /** Resolves when there is a command to take. */
  async arrival(): Promise<void> {
    if (this.#queue.length > 0) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

/**
 * Resolves in a later task, after messages that wait have been delivered. A message channel, because nested timers are
 * clamped to 4 ms.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}
