/** What computes here: the choice of the player, the facts as text to copy, and the button that compares every kernel with its twin. */

import { useApp, useSession } from "../../app-context.ts";
import { browserFacts, deviceReport } from "../../device-report.ts";
import { t } from "../../i18n/translate.ts";
import controls from "../../styles/controls.module.css";
import layout from "../../styles/layout.module.css";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { PlayerChoice } from "../player-choice.tsx";
import styles from "./dialogs.module.css";

/** `copy` puts a text on the clipboard and tells the user. */
export function DeviceDialog({
  onClose,
  copy,
}: {
  readonly onClose: () => void;
  readonly copy: (text: string) => void;
}) {
  const session = useSession();
  const report = useApp((state) => deviceReport(state, browserFacts()));
  const check = useApp((state) => state.deviceCheck);
  const hasGpu = useApp(({ engine }) => engine.phase === "ready" && engine.backend.kind === "webgpu");
  const about = hasGpu ? t("device.checkAbout") : t("device.checkNoGpu");
  return (
    <Dialog title={t("device.title")} onClose={onClose}>
      <PlayerChoice />
      <h3>{t("device.report")}</h3>
      <p>{t("device.about")}</p>
      <textarea className={styles.report} readOnly rows={12} value={report} aria-label={t("device.report")} />
      <div className={layout.actions}>
        <Button weight="primary" onClick={() => copy(report)}>
          {t("device.copy")}
        </Button>
        <Button disabled={!hasGpu || check === "running"} onClick={session.checkDevice}>
          {check === "running" ? t("device.checking") : t("device.check")}
        </Button>
      </div>
      <p className={controls.help} role="status">
        {check === null || check === "running" ? about : t("device.checked", check)}
      </p>
    </Dialog>
  );
}
