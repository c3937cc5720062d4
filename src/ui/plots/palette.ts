/** The colours and the font that pure draw functions are given; where they come from is the page's business. */

/** CSS colours of one scheme. `train` and `validation` are the series, everything else the frame. */
export interface Palette {
  readonly scheme: "light" | "dark";
  readonly surface: string;
  readonly ink: string;
  readonly inkSoft: string;
  readonly hairline: string;
  readonly danger: string;
  readonly train: string;
  readonly validation: string;
  /** CSS font family list. */
  readonly font: string;
}
