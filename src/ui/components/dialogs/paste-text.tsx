/** A box to paste a text into. Where a pasted text is asked for again, it must be the same to the letter. */
import { useState } from "react";
import { t } from "../../i18n/translate.ts";
import controls from "../../styles/controls.module.css";
import layout from "../../styles/layout.module.css";
import { Button } from "../button.tsx";
import styles from "./dialogs.module.css";

/** `help` stands under the box; `use` gets what was pasted. */
export function PasteText({ help, use }: { readonly help: string; readonly use: (text: string) => void }) {
  const [text, setText] = useState("");
  return (
    <>
      <label className={controls.field}>
        <span className={controls.label}>{t("ownText.paste")}</span>
        <textarea
          className={`${controls.input} ${styles.paste}`}
          rows={6}
          value={text}
          spellCheck={false}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <span className={controls.help}>{help}</span>
      </label>
      <div className={layout.actions}>
        <Button disabled={text === ""} onClick={() => use(text)}>
          {t("ownText.usePasted")}
        </Button>
      </div>
    </>
  );
}
