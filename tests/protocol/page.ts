/**
 * A page without a browser: the real server behind a real MessageChannel, decoded at both ends, with backends that tests
 * choose. `until` waits for an event and fails with what came instead.
 */

import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import { type Backend, type Player, playOneByOne } from "../../src/core/backend.ts";
import { BackendLostError } from "../../src/core/errors.ts";
import type { PhaseName } from "../../src/core/program.ts";
import { decodeCommand, decodeEvent } from "../../src/worker/decode.ts";
import type { Command, Event } from "../../src/worker/protocol.ts";
import type { KeeperParts } from "../../src/worker/run-keeper.ts";
import { Server } from "../../src/worker/server.ts";

type EventOf<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>;

/** What a test holds in its hands. */
export interface Page {
  readonly events: readonly Event[];
  send(command: Command): void;
  /** As `send`, but the command has arrived when it returns. */
  deliver(command: Command): void;
  /** The first event of that type, from `from` on, for which `accept` holds. */
  until<Type extends Event["type"]>(
    type: Type,
    accept?: (event: EventOf<Type>) => boolean,
    from?: number,
  ): Promise<EventOf<Type>>;
  close(): void;
}

/** Longest wait for one event; generous, because machines that test are busy. */
const PATIENCE_MS = 20_000;

/** Opens a page on a server with the given backends; by default the CPU player, whatever is wished. */
export function openPage(parts: Partial<KeeperParts> = {}): Page {
  const channel = new MessageChannel();
  const events: Event[] = [];
  const listeners = new Set<() => void>();
  const server = new Server({
    post: (event, transfer = []) => channel.port2.postMessage(event, transfer),
    openBackend: async () => ({ backend: createReferenceBackend(), faults: [] }),
    checkDevice: async () => ({ passed: 0, failed: 0, worst: "" }),
    now: () => performance.now(),
    delay: async () => {},
    ...parts,
  });
  channel.port2.onmessage = (message: MessageEvent<unknown>) => {
    const command = decodeCommand(message.data);
    if (!command) throw new TypeError("no command");
    server.receive(command);
  };
  channel.port1.onmessage = (message: MessageEvent<unknown>) => {
    const event = decodeEvent(message.data);
    if (!event) throw new TypeError(`no event: ${JSON.stringify(message.data).slice(0, 200)}`);
    events.push(event);
    for (const listener of listeners) listener();
  };
  void server.serve();
  return {
    events,
    send: (command) => channel.port1.postMessage(command),
    deliver: (command) => server.receive(command),
    until(type, accept = () => true, from = 0) {
      const isWanted = (event: Event): event is EventOf<typeof type> => event.type === type;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          listeners.delete(look);
          reject(
            new Error(
              `no ${type}; came: ${events
                .slice(-30)
                .map((event) => event.type)
                .join(" ")}`,
            ),
          );
        }, PATIENCE_MS);
        const look = () => {
          for (const event of events.slice(from)) {
            if (!isWanted(event) || !accept(event)) continue;
            clearTimeout(timer);
            listeners.delete(look);
            resolve(event);
            return;
          }
        };
        listeners.add(look);
        look();
      });
    },
    close() {
      server.receive({ type: "pause" }); // or it would train on behind the next test
      channel.port1.close();
      channel.port2.close();
    },
  };
}

/** The CPU player under the name of a GPU, dying of a lost device once `phase` was played more than `plays` times. */
export function createDyingBackend(plays: number, phase: PhaseName = "update"): Backend {
  const backend = createReferenceBackend();
  let played = 0;
  const wrap = (player: Player): Player => {
    const die = () => {
      if (played > plays) throw new BackendLostError("the test took the device away");
    };
    const wrapped: Player = {
      ...player,
      counts: player.counts,
      play(next, scalars) {
        if (next === phase) played++;
        player.play(next, scalars);
      },
      playSteps: (phases, count, scalarsOf) => playOneByOne(wrapped, phases, count, scalarsOf),
      async read(tensor, ...place) {
        die();
        return player.read(tensor, ...place);
      },
      async readAll(tensor, ...place) {
        die();
        return player.readAll(tensor, ...place);
      },
      async settle() {
        die();
      },
    };
    return wrapped;
  };
  return {
    ...backend,
    info: { ...backend.info, kind: "webgpu" },
    create: async (program, plan, progress) => wrap(await backend.create(program, plan, progress)),
  };
}
