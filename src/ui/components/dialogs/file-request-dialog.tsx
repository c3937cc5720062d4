/** Asks for the data file of an experiment that came by link or saved run. Another file is told apart by its hash. */

import { useState } from "react";
import { useApp, useSession } from "../../app-context.ts";
import type { Dialog as DialogState } from "../../app-state.ts";
import { chooseFile, kindOfFile } from "../../files.ts";
import { t } from "../../i18n/translate.ts";
import layout from "../../styles/layout.module.css";
import { Banner } from "../banner.tsx";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { FileFault } from "./file-fault.tsx";
import { PasteText } from "./paste-text.tsx";

/** Hexadecimal digits shown of a hash: enough to tell two files apart. */
const SHOWN_DIGITS = 12;

/** `wanted` names the file. */
export interface FileRequestDialogProps {
  readonly wanted: Extract<DialogState, { readonly kind: "file-request" }>;
  readonly onClose: () => void;
}

/** Closed by the session once the right file is there. */
export function FileRequestDialog({ wanted, onClose }: FileRequestDialogProps) {
  const session = useSession();
  const inspected = useApp((state) => state.inspected);
  const [other, setOther] = useState<File | null>(null);
  const choose = async () => {
    const file = await chooseFile("");
    setOther(file && file.size !== wanted.bytes ? file : null);
    if (file?.size === wanted.bytes)
      await session.ownFiles.inspect(kindOfFile(wanted.name) === "series" ? "series" : "text", file);
  };
  return (
    <Dialog title={t("fileRequest.title")} onClose={onClose}>
      <p>{t("fileRequest.about", { name: wanted.name, bytes: wanted.bytes })}</p>
      <p>{t("own.local")}</p>
      {other ? (
        <Banner tone="warning">
          {t("fileRequest.otherSize", { name: other.name, bytes: other.size, expected: wanted.bytes })}
        </Banner>
      ) : null}
      {inspected && inspected.reference.sha256 !== wanted.sha256 ? (
        <Banner tone="warning">
          {t("fileRequest.wrong", {
            name: inspected.reference.name,
            bytes: inspected.reference.bytes,
            actual: inspected.reference.sha256.slice(0, SHOWN_DIGITS),
            expected: wanted.sha256.slice(0, SHOWN_DIGITS),
          })}
        </Banner>
      ) : null}
      {wanted.name === t("ownText.pastedName") ? (
        <PasteText help={t("fileRequest.pasteHelp")} use={(text) => session.ownFiles.inspectText(wanted.name, text)} />
      ) : null}
      <FileFault />
      <div className={layout.actions}>
        <Button weight="primary" onClick={() => void choose()}>
          {t("own.chooseFile")}
        </Button>
        <Button onClick={onClose}>{t("fileRequest.without")}</Button>
      </div>
    </Dialog>
  );
}
