/** The page's button: a native `<button type="button">` in one of three weights. */
import type { ButtonHTMLAttributes, ReactNode } from "react";
import styles from "../styles/controls.module.css";

/** `weight`: one primary per panel at most; quiet for actions beside text. All else is the native button's. */
export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className" | "type"> {
  readonly weight?: "primary" | "plain" | "quiet";
  readonly children: ReactNode;
}

/** A push button; with `aria-pressed` a toggle. */
export function Button({ weight = "plain", children, ...rest }: ButtonProps) {
  const names = weight === "plain" ? styles.button : `${styles.button} ${styles[weight]}`;
  return (
    <button type="button" className={names} {...rest}>
      {children}
    </button>
  );
}
