/** A small picture of a real sample on a task's card: a course, a few words, or symbols of a sequence. */
import { useMemo } from "react";
import type { Thumbnail } from "../../core/task.ts";
import { t } from "../i18n/translate.ts";
import { drawThumbnail } from "../plots/thumbnail.ts";
import { Canvas } from "./canvas.tsx";
import styles from "./results.module.css";
import { usePalette } from "./use-palette.ts";

/** `thumbnail` is drawn to fill its box's width at a fixed height. */
export interface TaskThumbnailProps {
  readonly thumbnail: Thumbnail;
}

function describe(thumbnail: Thumbnail): string {
  switch (thumbnail.kind) {
    case "line":
      return t("thumbnail.line");
    case "words":
      return t("thumbnail.words", { words: thumbnail.words.join(", ") });
    case "map":
      return t("thumbnail.map");
    case "symbols":
      return t("thumbnail.symbols");
    default:
      return thumbnail satisfies never;
  }
}

/** The picture, described in words for screen readers. */
export function TaskThumbnail({ thumbnail }: TaskThumbnailProps) {
  const palette = usePalette();
  const draw = useMemo(
    () => (context: CanvasRenderingContext2D, ratio: number) => drawThumbnail(context, thumbnail, palette, ratio),
    [thumbnail, palette],
  );
  return <Canvas draw={draw} label={describe(thumbnail)} className={styles.thumbnail} />;
}
