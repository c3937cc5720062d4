/** The page's few icons, 16 × 16, drawn in the text's colour. Decoration only: the button beside them carries the name. */
import type { ReactNode } from "react";

function icon(shape: ReactNode) {
  return function Icon() {
    return (
      <svg
        width="16"
        height="16"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {shape}
      </svg>
    );
  };
}

/** Triangle. */
export const PlayIcon = icon(<path d="M4.5 2.8v10.4L13 8z" fill="currentColor" />);
/** Two bars. */
export const PauseIcon = icon(<path d="M5 3v10M11 3v10" strokeWidth="2.5" />);
/** Triangle against a bar. */
export const StepIcon = icon(<path d="M3.5 3v10L10 8zM12.5 3v10" />);
/** Arrow back to a bar: to the start. */
export const ResetIcon = icon(<path d="M12.5 3v10L6 8zM3.5 3v10" />);
/** Arrow that turns back. */
export const UndoIcon = icon(<path d="M5.5 2.5 2.5 5.5l3 3M2.5 5.5h6.5a4 4 0 0 1 0 8H6" />);
/** Two linked rings. */
export const ShareIcon = icon(
  <path d="M6.5 9.5a3 3 0 0 0 4.3 0l2-2a3 3 0 0 0-4.3-4.3l-.8.8M9.5 6.5a3 3 0 0 0-4.3 0l-2 2a3 3 0 0 0 4.3 4.3l.8-.8" />,
);
/** Arrow into a tray. */
export const SaveIcon = icon(<path d="M8 2.5v7M5 6.5l3 3 3-3M2.5 11v2.5h11V11" />);
/** Arrow out of a tray. */
export const OpenIcon = icon(<path d="M8 9.5v-7M5 5.5l3-3 3 3M2.5 11v2.5h11V11" />);
/** Question mark. */
export const HelpIcon = icon(<path d="M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.8-1.1 1.6M8 12.5v.2" />);
/** Three dots. */
export const MoreIcon = icon(<path d="M3 8h.01M8 8h.01M13 8h.01" strokeWidth="2.5" />);
/** Cross. */
export const RemoveIcon = icon(<path d="m4 4 8 8M12 4l-8 8" />);
/** Plus. */
export const AddIcon = icon(<path d="M8 3v10M3 8h10" />);
