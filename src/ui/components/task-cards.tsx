/**
 * The tasks as cards, each with a picture of a real sample. A built-in task starts at once with its preset (the run before
 * it can be brought back); own data opens its dialog.
 */
import type { TaskName } from "../../core/experiment.ts";
import { useApp, useSession } from "../app-context.ts";
import { t } from "../i18n/translate.ts";
import styles from "./experiment-panel.module.css";
import { OpenIcon } from "./icons.tsx";
import { TaskThumbnail } from "./task-thumbnail.tsx";

function isOwn(task: TaskName): task is "own-text" | "own-series" {
  return task === "own-text" || task === "own-series";
}

function TaskCard({ task, chosen }: { readonly task: TaskName; readonly chosen: boolean }) {
  const session = useSession();
  const thumbnail = useApp((state) => state.thumbnails.get(task));
  const choose = () => {
    if (isOwn(task)) session.dispatch({ type: "dialog-opened", dialog: { kind: task } });
    else session.startPreset(task);
  };
  return (
    <li>
      <button type="button" className={styles.card} aria-pressed={chosen} onClick={choose}>
        {/* The picture's words would lengthen the button's name and say nothing about what it does. */}
        <span className={styles.thumbnail} aria-hidden="true">
          {isOwn(task) ? (
            <span className={styles.ownData}>
              <OpenIcon />
            </span>
          ) : null}
          {thumbnail ? <TaskThumbnail thumbnail={thumbnail} /> : null}
        </span>
        <span className={styles.cardText}>
          <span className={styles.cardTitle}>{t(`task.${task}`)}</span>
          <span className={styles.cardAbout}>{t(`task.${task}.about`)}</span>
        </span>
      </button>
    </li>
  );
}

/** Every task that the worker offers, in its order. */
export function TaskCards({ chosen }: { readonly chosen: TaskName | null }) {
  const tasks = useApp((state) => state.tasks);
  return (
    <ul className={styles.cards}>
      {tasks.map(({ name }) => (
        <TaskCard key={name} task={name} chosen={name === chosen} />
      ))}
    </ul>
  );
}
