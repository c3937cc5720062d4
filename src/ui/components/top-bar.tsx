/** The bar that stays at the top: transport and counters always in sight, the page's tools behind "More" on a phone. */
import { useId } from "react";
import { useApp, useSession } from "../app-context.ts";
import { type AppState, shownBackend } from "../app-state.ts";
import { t } from "../i18n/translate.ts";
import type { Theme } from "../preferences.ts";
import { Button } from "./button.tsx";
import { Counters } from "./counters.tsx";
import { deviceName } from "./device-name.ts";
import { SelectField } from "./fields.tsx";
import { HelpIcon, MoreIcon, OpenIcon, SaveIcon, ShareIcon } from "./icons.tsx";
import { useNarrow } from "./media.ts";
import styles from "./top-bar.module.css";
import { StopAt, Transport } from "./transport.tsx";

/** What the page does itself, without the worker; given by `App`. */
export interface PageTools {
  readonly share: () => void;
  readonly open: () => void;
}

function deviceText(state: AppState): string {
  const { engine, run } = state;
  if (run?.recovering) return t("device.recovering", { attempt: run.recovering });
  if (engine.phase === "failed") return t("device.failed");
  const backend = shownBackend(state);
  if (backend === null) return t("device.opening");
  return deviceName(backend);
}

/** What computes; a click opens the device report. */
function DeviceBadge() {
  const session = useSession();
  const text = useApp(deviceText);
  return (
    <button
      type="button"
      className={styles.badge}
      title={`${text} · ${t("device.hint")}`}
      onClick={() => session.dispatch({ type: "dialog-opened", dialog: { kind: "device" } })}
    >
      {text}
    </button>
  );
}

function ThemeChoice() {
  const session = useSession();
  const preferences = useApp((state) => state.preferences);
  const names: readonly Theme[] = ["auto", "light", "dark"];
  return (
    <div className={styles.theme}>
      <SelectField
        label={t("bar.theme")}
        value={preferences.theme}
        choices={names.map((theme) => ({ value: theme, label: t(`bar.theme.${theme}`) }))}
        onChange={(theme) => session.dispatch({ type: "preferences-changed", preferences: { ...preferences, theme } })}
      />
    </div>
  );
}

function Tools({ share, open }: PageTools) {
  const session = useSession();
  const hasRun = useApp((state) => state.run !== null);
  return (
    <>
      <StopAt />
      <Button title={t("bar.shareHint")} disabled={!hasRun} onClick={share}>
        <ShareIcon />
        {t("bar.share")}
      </Button>
      <Button title={t("bar.saveHint")} disabled={!hasRun} onClick={session.save}>
        <SaveIcon />
        {t("bar.save")}
      </Button>
      <Button title={t("bar.openHint")} onClick={open}>
        <OpenIcon />
        {t("bar.open")}
      </Button>
      <ThemeChoice />
      <Button
        title={t("bar.helpHint")}
        onClick={() => session.dispatch({ type: "dialog-opened", dialog: { kind: "help" } })}
      >
        <HelpIcon />
        {t("bar.help")}
      </Button>
    </>
  );
}

/** The page's banner landmark. */
export function TopBar(tools: PageTools) {
  const id = useId();
  const narrow = useNarrow();
  return (
    <header className={styles.bar}>
      <div className={styles.row}>
        <h1 className={styles.brand}>{t("app.name")}</h1>
        <Transport />
        {narrow ? (
          <>
            <Button popoverTarget={id} aria-label={t("bar.more")}>
              <MoreIcon />
            </Button>
            <fieldset id={id} popover="auto" className={styles.menu} aria-label={t("bar.tools")}>
              <DeviceBadge />
              <Tools {...tools} />
            </fieldset>
          </>
        ) : (
          <fieldset className={styles.tools} aria-label={t("bar.tools")}>
            <Tools {...tools} />
          </fieldset>
        )}
      </div>
      <div className={styles.row}>
        <Counters />
        {narrow ? null : <DeviceBadge />}
      </div>
    </header>
  );
}
