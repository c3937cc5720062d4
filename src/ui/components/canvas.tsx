/**
 * A canvas whose pixels are device pixels: it follows its box and the zoom, and draws again when `draw` changes. The
 * picture is either described by `label` or, with null, repeated in words elsewhere and hidden from screen readers.
 */
import { useEffect, useRef } from "react";

/** `draw` gets the context (its canvas sized in device pixels) and the device pixels per CSS pixel. Keep it stable. */
export interface CanvasProps {
  readonly draw: (context: CanvasRenderingContext2D, ratio: number) => void;
  readonly label: string | null;
  readonly className?: string | undefined;
}

/** Device pixels of an observed box; exact where the browser tells, else rounded from CSS pixels. */
function devicePixels(entry: ResizeObserverEntry): { readonly width: number; readonly height: number } {
  const exact = entry.devicePixelContentBoxSize?.[0];
  if (exact) return { width: exact.inlineSize, height: exact.blockSize };
  const { width, height } = entry.contentRect;
  return { width: Math.round(width * devicePixelRatio), height: Math.round(height * devicePixelRatio) };
}

/** A sharp canvas that fills its box; give the box a size by `className`. */
export function Canvas({ draw, label, className }: CanvasProps) {
  const element = useRef<HTMLCanvasElement>(null);
  const drawing = useRef(draw);

  useEffect(() => {
    drawing.current = draw;
    const frame = requestAnimationFrame(() => paint(element.current, draw));
    return () => cancelAnimationFrame(frame);
  }, [draw]);

  useEffect(() => {
    const canvas = element.current;
    if (!canvas) return undefined;
    const observer = new ResizeObserver((entries) => {
      const entry = entries.at(-1);
      if (!entry) return;
      const { width, height } = devicePixels(entry);
      canvas.width = width;
      canvas.height = height;
      paint(canvas, drawing.current);
    });
    observer.observe(canvas);
    return () => observer.disconnect();
  }, []);

  const described = label === null ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return <canvas ref={element} className={className} {...described} />;
}

function paint(canvas: HTMLCanvasElement | null, draw: CanvasProps["draw"]): void {
  const context = canvas?.getContext("2d");
  if (!canvas || !context || canvas.width === 0 || canvas.height === 0) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.save();
  draw(context, canvas.clientWidth > 0 ? canvas.width / canvas.clientWidth : devicePixelRatio);
  context.restore();
}
