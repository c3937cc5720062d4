/**
 * What the page has to tell: lasting conditions as bars under the top bar (trains on the CPU, software adapter), events
 * as toasts in the corner with their buttons.
 */

import { useEffect } from "react";
import type { BackendInfo } from "../../core/backend.ts";
import { useApp, useSession } from "../app-context.ts";
import { type AppState, shownBackend } from "../app-state.ts";
import { faultSentence } from "../fault-text.ts";
import { formatMilliseconds } from "../i18n/format.ts";
import { t, translate } from "../i18n/translate.ts";
import { FAULT_ACTIONS, isPassing, type Notice, type NoticeAction, toneOf } from "../notices.ts";
import { Banner, Toasts } from "./banner.tsx";
import { Button } from "./button.tsx";

/** Carries out a notice's action. */
export type Act = (action: NoticeAction) => void;

function sentenceOf(notice: Notice): string {
  if (notice.kind === "message") return translate(`notice.${notice.key}`, notice.details);
  const sentence = faultSentence(notice.fault);
  return notice.step === null ? sentence : t("notice.atStep", { step: notice.step, sentence });
}

/** What makes no sense in the present state is not offered. */
function offered(action: NoticeAction, { run, engine }: AppState): boolean {
  if (action === "set-clip") return run !== null && run.live.clipNorm === null;
  if (action === "restore-best") return run?.evaluation != null;
  if (action === "use-cpu") return engine.phase === "ready" && engine.backend.kind === "webgpu";
  return action !== "save" || run !== null;
}

function ActionButtons({ actions, act }: { readonly actions: readonly NoticeAction[]; readonly act: Act }) {
  const names = useApp((state) => actions.filter((action) => offered(action, state)).join(" "));
  return actions
    .filter((action) => names.split(" ").includes(action))
    .map((action) => (
      <Button key={action} onClick={() => act(action)}>
        {t(`action.${action}`)}
      </Button>
    ));
}

/** What to know of a software adapter: which player was chosen because of it, or that it is slow. */
function softwareText({ kind, adapter, software, measured }: BackendInfo): string | null {
  if (measured) {
    const [webgpuMs, wasmMs] = [formatMilliseconds(measured.webgpuMs), formatMilliseconds(measured.wasmMs)];
    return t(kind === "webgpu" ? "device.choseWebgpu" : "device.choseCpu", { webgpuMs, wasmMs });
  }
  return kind === "webgpu" && software ? t("device.software", { adapter }) : null;
}

/** Conditions that last: why the CPU computes, or that the adapter is software. */
export function Conditions({ act }: { readonly act: Act }) {
  const fault = useApp(({ engine }) => (engine.phase === "ready" ? engine.faults[0] : undefined));
  const backend = useApp(shownBackend);
  const hasRun = useApp(({ run }) => run !== null);
  // Before the first run stands, what will compute it may still be measured.
  const software = hasRun && backend ? softwareText(backend) : null;
  return (
    <>
      {fault ? (
        <Banner tone="warning" actions={<ActionButtons actions={FAULT_ACTIONS[fault.code]} act={act} />}>
          {faultSentence(fault)}
        </Banner>
      ) : null}
      {software ? (
        <Banner
          tone={backend?.measured ? "calm" : "warning"}
          actions={<ActionButtons actions={["show-report"]} act={act} />}
        >
          {software}
        </Banner>
      ) : null}
    </>
  );
}

/** Long enough to read twice. What a passing notice offers is also in the top bar. */
const PASSING_MS = 12_000;

function NoticeItem({ notice, act }: { readonly notice: Notice; readonly act: Act }) {
  const session = useSession();
  const { id } = notice;
  const passing = isPassing(notice);
  useEffect(() => {
    if (!passing) return undefined;
    const timer = setTimeout(() => session.dispatch({ type: "notice-dismissed", id }), PASSING_MS);
    return () => clearTimeout(timer);
  }, [passing, id, session]);
  const dismiss = () => session.dispatch({ type: "notice-dismissed", id });
  const actAndDismiss = (action: NoticeAction) => {
    dismiss();
    act(action);
  };
  const actions = notice.kind === "fault" ? FAULT_ACTIONS[notice.fault.code] : notice.actions;
  return (
    <Banner tone={toneOf(notice)} actions={<ActionButtons actions={actions} act={actAndDismiss} />} onDismiss={dismiss}>
      {sentenceOf(notice)}
    </Banner>
  );
}

/** Events, newest last. */
export function NoticeList({ act }: { readonly act: Act }) {
  const notices = useApp((state) => state.notices);
  return (
    <section aria-label={t("notice.region")}>
      <Toasts>
        {notices.map((notice) => (
          <NoticeItem key={notice.id} notice={notice} act={act} />
        ))}
      </Toasts>
    </section>
  );
}
