/** A part of the page with its heading, and the dashed box that says why a view has nothing to draw yet. */
import { type ReactNode, useId } from "react";
import styles from "../styles/layout.module.css";

/** `aside` is a short remark beside the heading, e.g. the step a picture belongs to. */
export interface PanelProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A named region with a second-level heading. */
export function Panel({ title, aside, children }: PanelProps) {
  const id = useId();
  return (
    <section className={styles.panel} aria-labelledby={id}>
      <div className={styles.heading}>
        <h2 id={id}>{title}</h2>
        {aside === undefined ? null : <span className={styles.aside}>{aside}</span>}
      </div>
      {children}
    </section>
  );
}

/** Stands where a view will be; it keeps its room so that nothing jumps when data come. `tall` fills most of the window. */
export function EmptyView({ tall = false, children }: { readonly tall?: boolean; readonly children: ReactNode }) {
  return <div className={tall ? `${styles.empty} ${styles.tall}` : styles.empty}>{children}</div>;
}
