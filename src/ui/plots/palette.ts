/** The colours and the font that pure draw functions are given; where they come from is the page's business. */

/** CSS colours of one scheme. `train`, `validation` and `third` are the series, everything else the frame. */
export interface Palette {
  readonly scheme: "light" | "dark";
  readonly surface: string;
  readonly ink: string;
  readonly inkSoft: string;
  readonly hairline: string;
  readonly accent: string;
  readonly danger: string;
  readonly train: string;
  readonly validation: string;
  readonly third: string;
  /** CSS font family list. */
  readonly font: string;
}
