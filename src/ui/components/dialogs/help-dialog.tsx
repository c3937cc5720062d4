/** The help sheet: what one sees, the keys (from the table that also acts on them), and the person's own settings. */

import { useApp, useSession } from "../../app-context.ts";
import { t } from "../../i18n/translate.ts";
import type { Preferences } from "../../preferences.ts";
import { SHORTCUTS } from "../../shortcuts.ts";
import controls from "../../styles/controls.module.css";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { CheckField } from "../fields.tsx";
import styles from "./dialogs.module.css";

function Keys() {
  return (
    <table className={controls.table}>
      <thead>
        <tr>
          <th scope="col">{t("help.key")}</th>
          <th scope="col" className={styles.words}>
            {t("help.does")}
          </th>
        </tr>
      </thead>
      <tbody>
        {SHORTCUTS.map(({ action, shown }) => (
          <tr key={action}>
            <th scope="row">
              <kbd>{shown}</kbd>
            </th>
            <td className={styles.words}>{t(`help.${action}`)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Opened by the button and by `?`. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const session = useSession();
  const preferences = useApp((state) => state.preferences);
  const prefer = (change: Partial<Preferences>) =>
    session.dispatch({ type: "preferences-changed", preferences: { ...preferences, ...change } });
  return (
    <Dialog title={t("help.title")} onClose={onClose}>
      <h3>{t("help.what")}</h3>
      <p>{t("help.what.gates")}</p>
      <p>{t("gates.convention")}.</p>
      <p>{t("help.what.real")}</p>
      <h3>{t("help.shortcuts")}</h3>
      <Keys />
      <p className={controls.help}>{t("help.note")}</p>
      <h3>{t("help.settings")}</h3>
      <CheckField
        label={t("help.useShortcuts")}
        checked={preferences.shortcuts}
        onChange={(shortcuts) => prefer({ shortcuts })}
      />
      <CheckField
        label={t("help.pauseWhenHidden")}
        checked={preferences.pauseWhenHidden}
        onChange={(pauseWhenHidden) => prefer({ pauseWhenHidden })}
      />
      <div>
        <Button onClick={() => session.dispatch({ type: "dialog-opened", dialog: { kind: "sources" } })}>
          {t("help.sources")}
        </Button>
      </div>
    </Dialog>
  );
}
