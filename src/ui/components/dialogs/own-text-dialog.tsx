/** The user's own text: pasted, or a file. The worker looks into it first; what it found is shown before anything starts. */
import { useApp, useSession } from "../../app-context.ts";
import { chooseFile } from "../../files.ts";
import { t } from "../../i18n/translate.ts";
import layout from "../../styles/layout.module.css";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import styles from "./dialogs.module.css";
import { FileFault } from "./file-fault.tsx";
import { PasteText } from "./paste-text.tsx";

/** What a text file may be called; the content is looked at anyway. */
const ACCEPT = ".txt,.md,.text,text/plain";

function Found() {
  const session = useSession();
  const inspected = useApp((state) => state.inspected);
  if (inspected?.preview.kind !== "text") return null;
  const { characters, symbols, start } = inspected.preview;
  return (
    <>
      <p>{t("ownText.found", { characters, symbols })}</p>
      <pre className={styles.sample}>{start}</pre>
      <div className={layout.actions}>
        <Button weight="primary" onClick={() => session.startOwnText(inspected.reference)}>
          {t("own.start")}
        </Button>
      </div>
    </>
  );
}

/** Opened by the task's card, or by dropping a text on the page. */
export function OwnTextDialog({ onClose }: { readonly onClose: () => void }) {
  const session = useSession();
  const choose = async () => {
    const file = await chooseFile(ACCEPT);
    if (file) await session.ownFiles.inspect("text", file);
  };
  return (
    <Dialog title={t("task.own-text")} onClose={onClose}>
      <p>{t("own.local")}</p>
      <div className={layout.actions}>
        <Button onClick={() => void choose()}>{t("own.chooseFile")}</Button>
      </div>
      <PasteText
        help={t("ownText.pasteHelp")}
        use={(text) => session.ownFiles.inspectText(t("ownText.pastedName"), text)}
      />
      <FileFault />
      <Found />
    </Dialog>
  );
}
