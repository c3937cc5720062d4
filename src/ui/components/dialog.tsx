/** A modal dialog on the native element: focus trap, Esc and the inert page behind come from the browser. */
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { t } from "../i18n/translate.ts";
import styles from "../styles/layout.module.css";
import { Button } from "./button.tsx";

/** Open while mounted; `onClose` is called for Esc, the close button and a click beside it. */
export interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly onClose: () => void;
}

/** Shows itself when mounted; the caller unmounts it on `onClose`. */
export function Dialog({ title, children, onClose }: DialogProps) {
  const id = useId();
  const element = useRef<HTMLDialogElement>(null);
  // A layout effect is undone before the element leaves the page: only then does closing give the focus back.
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop is the pointer's Esc; the key is native.
    <dialog
      ref={element}
      className={styles.dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div className={styles.dialogHead}>
        <h2 id={id}>{title}</h2>
        <Button weight="quiet" onClick={onClose}>
          {t("common.close")}
        </Button>
      </div>
      <div className={styles.dialogBody}>{children}</div>
    </dialog>
  );
}
