/**
 * The choice of the player for new runs, as it stands in the device dialog. Choosing changes nothing that trains: the run on
 * the page keeps its own player until the user starts it again, which puts it aside for Undo.
 */
import { useApp, useSession } from "../app-context.ts";
import type { AppState } from "../app-state.ts";
import { faultSentence } from "../fault-text.ts";
import { t } from "../i18n/translate.ts";
import { WISHES } from "../players.ts";
import controls from "../styles/controls.module.css";
import layout from "../styles/layout.module.css";
import { Button } from "./button.tsx";
import { deviceName } from "./device-name.ts";
import { SegmentedControl } from "./fields.tsx";

/** Why some cannot be chosen, in whole sentences. */
function helpText({ engine, wish }: AppState): string {
  const unavailable = engine.phase === "ready" ? engine.unavailable : {};
  const { webgpu, wasm } = unavailable;
  return [
    t(`player.${wish}.about`),
    ...(webgpu ? [t("player.noWebgpu", { reason: faultSentence(webgpu) })] : []),
    ...(wasm ? [t("player.noWasm", { reason: faultSentence(wasm) })] : []),
  ].join(" ");
}

/** What the choice means for the run that stands; null where there is none. */
function runText({ run, wish }: AppState): string | null {
  if (!run) return null;
  const name = deviceName(run.backend);
  if (run.wish === wish) return t("player.runPlays", { name });
  return t("player.runKeeps", { name, choice: t(`player.${wish}`), step: run.step });
}

/** Radio buttons, what they mean for the present run, and the button that starts it again. */
export function PlayerChoice() {
  const session = useSession();
  const wish = useApp((state) => state.wish);
  const ready = useApp(({ engine }) => engine.phase === "ready");
  const unavailable = useApp(({ engine }) => (engine.phase === "ready" ? engine.unavailable : null));
  const help = useApp(helpText);
  const about = useApp(runText);
  const waits = useApp(({ run, pending }) => run !== null && run.wish !== wish && pending === null);
  return (
    <>
      <SegmentedControl
        label={t("player.title")}
        value={wish}
        disabled={!ready}
        choices={WISHES.map((value) => ({
          value,
          label: t(`player.${value}`),
          disabled: (value === "webgpu" || value === "wasm") && unavailable?.[value] !== undefined,
        }))}
        help={help}
        onChange={session.chooseBackend}
      />
      {about === null ? null : (
        <p className={controls.help} role="status">
          {about}
        </p>
      )}
      {waits ? (
        <div className={layout.actions}>
          <Button onClick={session.reset}>{t("player.startAgain")}</Button>
        </div>
      ) : null}
    </>
  );
}
