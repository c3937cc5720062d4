/** Where data and equations come from, and under which licence. The worker says both; nothing is repeated here. */

import { useApp } from "../../app-context.ts";
import { t } from "../../i18n/translate.ts";
import controls from "../../styles/controls.module.css";
import { Dialog } from "../dialog.tsx";
import styles from "./dialogs.module.css";

function Equations() {
  const engine = useApp((state) => state.engine);
  if (engine.phase !== "ready") return null;
  return (
    <>
      <h3>{t("sources.operations")}</h3>
      <div className={controls.scroll}>
        <table className={controls.table}>
          <thead>
            <tr>
              <th scope="col">{t("sources.operation")}</th>
              <th scope="col" className={styles.words}>
                {t("sources.source")}
              </th>
            </tr>
          </thead>
          <tbody>
            {engine.operations.map(({ name, source }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className={styles.words}>{source}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Opened from the help sheet. */
export function SourcesDialog({ onClose }: { readonly onClose: () => void }) {
  const tasks = useApp((state) => state.tasks);
  return (
    <Dialog title={t("sources.title")} onClose={onClose}>
      <h3>{t("sources.data")}</h3>
      <ul className={styles.sources}>
        {tasks.flatMap(({ name, sources }) =>
          sources.map(({ title, url, licence, about }) => (
            <li key={`${name} ${title}`}>
              <a href={url} target="_blank" rel="noreferrer">
                {title}
              </a>
              <p>{about}</p>
              <p className={controls.help}>{t("sources.dataLine", { licence })}</p>
            </li>
          )),
        )}
      </ul>
      <Equations />
      <p>{t("sources.code")}</p>
    </Dialog>
  );
}
