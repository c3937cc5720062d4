/**
 * One sentence with its actions, as a bar across the page or as a toast in the corner. An alarm is read out at once;
 * anything calmer waits for the reader to pause.
 */
import type { ReactNode } from "react";
import { t } from "../i18n/translate.ts";
import styles from "../styles/layout.module.css";
import { Button } from "./button.tsx";

/** How loud it is; the same words as the notices use. */
export type Tone = "calm" | "warning" | "alarm";

/** `actions` are buttons; without `onDismiss` it stays until its cause is gone. */
export interface BannerProps {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
  readonly onDismiss?: () => void;
}

const TONE_CLASS: Readonly<Record<Tone, string>> = {
  calm: `${styles.banner}`,
  warning: `${styles.banner} ${styles.warning}`,
  alarm: `${styles.banner} ${styles.danger}`,
};

/** A sentence and what one can do about it. */
export function Banner({ tone, children, actions, onDismiss }: BannerProps) {
  return (
    <div className={TONE_CLASS[tone]} role={tone === "alarm" ? "alert" : "status"}>
      <p>{children}</p>
      <div className={styles.actions}>
        {actions}
        {onDismiss === undefined ? null : (
          <Button weight="quiet" onClick={onDismiss}>
            {t("common.dismiss")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Holds banners in the lower corner, newest last. */
export function Toasts({ children }: { readonly children: ReactNode }) {
  return <div className={styles.toasts}>{children}</div>;
}
