/**
 * The experiment as a form over the draft. Live fields act at once; all others wait until the user starts a new run, and
 * the foot of the panel says how many wait. On a narrow page the form folds away, so that the gates come first.
 */
import { type ReactNode, useId } from "react";
import type { Experiment } from "../../core/experiment.ts";
import { useApp, useSession } from "../app-context.ts";
import { waitingChanges } from "../app-state.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import { Button } from "./button.tsx";
import { DecoderFields } from "./decoder-fields.tsx";
import styles from "./experiment-panel.module.css";
import { LayerStack } from "./layer-stack.tsx";
import { useNarrow } from "./media.ts";
import { ModelCards } from "./model-cards.tsx";
import { TaskCards } from "./task-cards.tsx";
import { ModelFields, TaskFields, TrainingFields } from "./training-fields.tsx";

function Group({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: string;
  readonly children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={styles.group} aria-labelledby={id}>
      <div className={styles.groupHead}>
        <h3 id={id}>{title}</h3>
        {aside === undefined ? null : <span className={controls.help}>{aside}</span>}
      </div>
      <div className={styles.fields}>{children}</div>
    </section>
  );
}

/** Starts or drops what waits. Always there, so that nothing jumps when the first change is made. */
function WaitingChanges() {
  const session = useSession();
  const count = useApp((state) => waitingChanges(state).length);
  const blocked = useApp((state) => state.refused.size > 0);
  const starting = useApp((state) => state.pending !== null);
  const settled = count === 0 ? t("experiment.nothingWaits") : t("experiment.waiting", { count });
  const said = starting ? t("app.preparing") : settled;
  return (
    <div className={styles.foot}>
      <p role="status" className={blocked ? controls.error : undefined}>
        {blocked ? t("experiment.blocked") : said}
      </p>
      <div className={styles.footActions}>
        <Button weight="primary" disabled={count === 0 || blocked || starting} onClick={session.startDraft}>
          {t("experiment.start")}
        </Button>
        <Button disabled={count === 0 && !blocked} onClick={session.discardDraft}>
          {t("experiment.discard")}
        </Button>
      </div>
    </div>
  );
}

function Form({ draft }: { readonly draft: Experiment }) {
  const parameters = useApp((state) => state.run?.parameters);
  return (
    <>
      <Group title={t("experiment.tasks")}>
        <p className={controls.help}>{t("experiment.tasksHelp")}</p>
        <TaskCards chosen={draft.task.name} />
        <TaskFields draft={draft} />
      </Group>
      <Group title={t("models.title")}>
        <ModelCards />
      </Group>
      <Group
        title={t("experiment.model")}
        {...(parameters === undefined ? {} : { aside: t("experiment.parameters", { count: parameters }) })}
      >
        <LayerStack draft={draft} />
        <DecoderFields model={draft.model} />
        <ModelFields draft={draft} />
      </Group>
      <Group title={t("experiment.training")}>
        <TrainingFields draft={draft} />
      </Group>
      <WaitingChanges />
    </>
  );
}

/** The left column, or the fold at the top of a narrow page. */
export function ExperimentPanel() {
  const id = useId();
  const narrow = useNarrow();
  const draft = useApp((state) => state.draft);
  const form = draft ? <Form draft={draft} /> : <p className={controls.help}>{t("app.loading")}</p>;
  if (!narrow) {
    return (
      <section className={styles.panel} aria-labelledby={id}>
        <h2 id={id}>{t("experiment.title")}</h2>
        {form}
      </section>
    );
  }
  const summary = draft && {
    task: t(`task.${draft.task.name}`),
    layers: draft.model.layers.map((layer) => `${t(`field.cell.${layer.cell}`)} ${layer.units}`).join(" + "),
    seed: String(draft.seed),
  };
  return (
    <section className={styles.panel} aria-labelledby={id}>
      <details>
        <summary className={styles.fold}>
          <h2 id={id}>{t("experiment.title")}</h2>
          <span className={controls.help}>{summary ? t("experiment.summary", summary) : t("app.loading")}</span>
        </summary>
        {form}
      </details>
    </section>
  );
}
