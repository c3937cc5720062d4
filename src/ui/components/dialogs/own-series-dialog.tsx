/**
 * The user's own table: which columns the network reads and which it forecasts. Columns with anything but numbers cannot
 * be ticked, and say which cell is to blame.
 */
import { useState } from "react";
import { useApp, useSession } from "../../app-context.ts";
import type { InspectedFile } from "../../app-state.ts";
import { faultSentence } from "../../fault-text.ts";
import { chooseFile } from "../../files.ts";
import { t } from "../../i18n/translate.ts";
import { COLUMN_LIMIT, type ColumnTicks, firstTicks, isComplete, toggled } from "../../own-experiment.ts";
import controls from "../../styles/controls.module.css";
import layout from "../../styles/layout.module.css";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import styles from "./dialogs.module.css";
import { FileFault } from "./file-fault.tsx";

const ACCEPT = ".csv,.tsv,text/csv,text/tab-separated-values";

type SeriesPreview = Extract<InspectedFile["preview"], { readonly kind: "series" }>;

interface ColumnTableProps {
  readonly preview: SeriesPreview;
  readonly ticks: ColumnTicks;
  readonly toggle: (side: keyof ColumnTicks, name: string) => void;
}

function ColumnRow({ preview, ticks, toggle, index }: ColumnTableProps & { readonly index: number }) {
  const column = preview.columns[index];
  if (!column) return null;
  const sample = preview.head.map((row) => row[index] ?? "").join(", ");
  const tick = (side: keyof ColumnTicks, label: string) => (
    <td>
      <input
        type="checkbox"
        aria-label={label}
        checked={ticks[side].has(column.name)}
        disabled={column.refusal !== null}
        onChange={() => toggle(side, column.name)}
      />
    </td>
  );
  return (
    <tr>
      <th scope="row">{column.name}</th>
      {tick("inputs", t("ownSeries.inputOf", { column: column.name }))}
      {tick("targets", t("ownSeries.targetOf", { column: column.name }))}
      <td className={styles.words}>
        {column.refusal === null ? sample : faultSentence({ code: "csv-invalid", details: column.refusal })}
      </td>
    </tr>
  );
}

function ColumnTable(props: ColumnTableProps) {
  const { columns } = props.preview;
  const listed = columns.slice(0, COLUMN_LIMIT);
  return (
    <>
      <div className={styles.columns}>
        <table className={controls.table}>
          <thead>
            <tr>
              <th scope="col">{t("ownSeries.column")}</th>
              <th scope="col">{t("ownSeries.input")}</th>
              <th scope="col">{t("ownSeries.target")}</th>
              <th scope="col" className={styles.words}>
                {t("ownSeries.sample")}
              </th>
            </tr>
          </thead>
          <tbody>
            {listed.map((column, index) => (
              <ColumnRow key={column.name} {...props} index={index} />
            ))}
          </tbody>
        </table>
      </div>
      {columns.length > listed.length ? (
        <p className={controls.help}>
          {t("ownSeries.more", { count: columns.length - listed.length, limit: COLUMN_LIMIT })}
        </p>
      ) : null}
    </>
  );
}

function Found({ inspected, preview }: { readonly inspected: InspectedFile; readonly preview: SeriesPreview }) {
  const session = useSession();
  const [ticks, setTicks] = useState(() => firstTicks(preview));
  const complete = isComplete(ticks);
  return (
    <>
      <p>{t("ownSeries.rows", { count: preview.rows })}</p>
      <ColumnTable preview={preview} ticks={ticks} toggle={(side, name) => setTicks(toggled(ticks, side, name))} />
      <p className={complete ? controls.help : controls.error} role="status">
        {complete ? t("ownSeries.help") : t("ownSeries.needBoth")}
      </p>
      <div className={layout.actions}>
        <Button
          weight="primary"
          disabled={!complete}
          onClick={() => session.startOwnSeries(inspected.reference, ticks)}
        >
          {t("own.start")}
        </Button>
      </div>
    </>
  );
}

/** Opened by the task's card, or by dropping a table on the page. */
export function OwnSeriesDialog({ onClose }: { readonly onClose: () => void }) {
  const session = useSession();
  const inspected = useApp((state) => state.inspected);
  const choose = async () => {
    const file = await chooseFile(ACCEPT);
    if (file) await session.ownFiles.inspect("series", file);
  };
  return (
    <Dialog title={t("task.own-series")} onClose={onClose}>
      <p>{t("own.local")}</p>
      <div className={layout.actions}>
        <Button onClick={() => void choose()}>{t("ownSeries.choose")}</Button>
      </div>
      <FileFault />
      {inspected?.preview.kind === "series" ? (
        <Found key={inspected.reference.sha256} inspected={inspected} preview={inspected.preview} />
      ) : null}
    </Dialog>
  );
}
