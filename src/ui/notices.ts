/**
 * The list of things the page has to tell: faults and plain messages. A notice is data (a code or a key, and numbers);
 * its sentence comes from i18n and its buttons from `FAULT_ACTIONS`. A newer notice of the same kind replaces the older,
 * so a fault that comes a hundred times is said once.
 */
import type { Fault, FaultCode } from "../core/errors.ts";

/** What a notice's button does; `session.ts` carries it out, i18n labels it. */
export type NoticeAction =
  | "undo"
  | "restore-best"
  | "lower-rate"
  | "set-clip"
  | "use-cpu"
  | "restart-engine"
  | "reload"
  | "save"
  | "open-file"
  | "start-default"
  | "show-report"
  | "update-app";

/** Plain messages that are no faults; `notice.<key>` says each. */
export type NoticeKey =
  | "self-started"
  | "waits-for-play"
  | "link-waits"
  | "kept-waits"
  | "put-aside"
  | "run-back"
  | "file-opened"
  | "recovered"
  | "moved-to-cpu"
  | "link-copied"
  | "link-not-copied"
  | "report-copied"
  | "saved"
  | "stopped-at"
  | "one-file"
  | "no-folder"
  | "engine-silent"
  | "update-ready";

type Details = Readonly<Record<string, string | number>>;

/**
 * One thing to tell. `step` is the training step at which it happened, where there is one. A fault `ofRun` concerns a run
 * and goes when another is shown; others (a link, the storage) stay until they are dismissed.
 */
export type Notice = { readonly id: number } & (
  | { readonly kind: "fault"; readonly fault: Fault; readonly step: number | null; readonly ofRun: boolean }
  | {
      readonly kind: "message";
      readonly key: NoticeKey;
      readonly details: Details;
      readonly actions: readonly NoticeAction[];
    }
);

/** What a person can do about each fault, most useful first. */
export const FAULT_ACTIONS: Readonly<Record<FaultCode, readonly NoticeAction[]>> = {
  "webgpu-missing": ["show-report"],
  "wasm-refused": ["show-report"],
  "webgpu-insecure": ["show-report"],
  "adapter-missing": ["show-report"],
  "device-refused": ["show-report"],
  "device-lost": ["save", "use-cpu"],
  "device-lost-again": ["use-cpu", "save", "reload"],
  "program-refused": [],
  "shader-error": ["use-cpu", "show-report"],
  "not-finite": ["restore-best", "lower-rate", "set-clip"],
  diverging: ["restore-best", "lower-rate", "set-clip"],
  "no-improvement": ["restore-best"],
  "stopped-early": [],
  "experiment-invalid": [],
  "experiment-newer": ["reload"],
  "plan-refused": [],
  "link-invalid": ["start-default"],
  "link-too-large": ["start-default"],
  "file-invalid": ["open-file"],
  "file-mismatch": ["open-file"],
  "file-not-finite": [],
  "file-unreadable": ["open-file"],
  "text-invalid": ["open-file"],
  "csv-invalid": ["open-file"],
  "data-missing": ["open-file"],
  "data-too-short": [],
  "probe-invalid": [],
  "storage-unavailable": ["save"],
  "storage-full": ["save"],
  "worker-failed": ["restart-engine"],
  internal: ["show-report", "restart-engine"],
};

/** Faults that only inform: training goes on, or ended as it was asked to. */
const INFORMING: readonly FaultCode[] = ["no-improvement", "stopped-early", "file-not-finite", "plan-refused"];

/** Messages that stay until what they ask for is done or they are dismissed. */
const LASTING: readonly NoticeKey[] = [
  "waits-for-play",
  "link-waits",
  "kept-waits",
  "file-opened",
  "engine-silent",
  "update-ready",
];

/** True for a message that may go by itself; faults never do. */
export function isPassing(notice: Notice): boolean {
  return notice.kind === "message" && !LASTING.includes(notice.key);
}

/** How loud a notice is; `alarm` is read out at once. */
export function toneOf(notice: Notice): "calm" | "warning" | "alarm" {
  if (notice.kind === "message") {
    return notice.key === "engine-silent" ? "warning" : "calm";
  }
  return INFORMING.includes(notice.fault.code) ? "warning" : "alarm";
}

const kindKey = (notice: Notice): string =>
  notice.kind === "fault" ? `fault ${notice.fault.code}` : `message ${notice.key}`;

/** More at once would cover the page; the oldest goes. */
const SHOWN_LIMIT = 4;

/** Adds a notice, in place of an older one of its kind. */
export function withNotice(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  return [...notices.filter((other) => kindKey(other) !== kindKey(notice)), notice].slice(-SHOWN_LIMIT);
}

/** The notices without one message, e.g. because what it offered is no longer possible. */
export function withoutMessages(notices: readonly Notice[], ...keys: readonly NoticeKey[]): readonly Notice[] {
  const kept = notices.filter((notice) => notice.kind !== "message" || !keys.includes(notice.key));
  return kept.length === notices.length ? notices : kept;
}
