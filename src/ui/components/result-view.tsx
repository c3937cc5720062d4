/**
 * The task's own result: forecast against truth, generated text, or answers right and wrong, always with the metrics
 * beside those of a model without memory. Which of them it is follows from the result and the dataset, not from the
 * task's name, so that a person's own data get the same views.
 */
import type { Event } from "../../worker/protocol.ts";
import type { DatasetSummary } from "../../worker/summaries.ts";
import { isMessageKey, t, translate } from "../i18n/translate.ts";
import { AnswersView } from "./answers-view.tsx";
import { ConfusionView } from "./confusion-view.tsx";
import { ForecastView } from "./forecast-view.tsx";
import { MetricsTable } from "./metrics-table.tsx";
import { EmptyView, Panel } from "./panel.tsx";
import styles from "./results.module.css";
import { TextStream, type TextStreamProps } from "./text-stream.tsx";

/** The last evaluation. */
export type Evaluation = Extract<Event, { readonly type: "evaluation" }>;

/** `evaluation` null: none yet. `text` is given where the model generates text, else null. */
export interface ResultViewProps {
  readonly dataset: DatasetSummary;
  readonly evaluation: Evaluation | null;
  readonly text: TextStreamProps | null;
}

/** Panel with the task's result. */
export function ResultView({ dataset, evaluation, text }: ResultViewProps) {
  return (
    <Panel title={titleOf(evaluation, text)}>
      {text ? <TextStream {...text} /> : null}
      {evaluation ? (
        <div className={styles.numbers}>
          <Picture dataset={dataset} evaluation={evaluation} />
          <MetricsTable
            baseline={dataset.baseline}
            latest={evaluation.latest}
            best={evaluation.best}
            step={evaluation.step}
            bestStep={evaluation.bestStep}
            unit={dataset.targetColumns[0]?.unit ?? null}
          />
          {"perplexity" in evaluation.latest ? <p className={styles.words}>{t("text.perplexityHelp")}</p> : null}
        </div>
      ) : (
        <EmptyView>{t("result.empty")}</EmptyView>
      )}
      <DataNotes notes={dataset.notes} />
    </Panel>
  );
}

/** Facts about the data, e.g. how many rare symbols were replaced. */
function DataNotes({ notes }: Pick<DatasetSummary, "notes">) {
  return notes.map(({ key, numbers }) => {
    const message = `note.${key}`;
    return isMessageKey(message) ? (
      <p key={key} className={styles.words}>
        {translate(message, numbers)}
      </p>
    ) : null;
  });
}

function titleOf(evaluation: Evaluation | null, text: TextStreamProps | null): string {
  if (text) return t("text.title");
  if (evaluation?.result.kind === "forecast") return t("forecast.title");
  if (evaluation?.result.kind === "answers") return t("answers.title");
  return evaluation?.result.kind === "classes" ? t("classes.title") : t("result.title");
}

/** The picture of a result; text has none besides its stream. */
function Picture({ dataset, evaluation }: { readonly dataset: DatasetSummary; readonly evaluation: Evaluation }) {
  const { result } = evaluation;
  const column = dataset.targetColumns[0];
  switch (result.kind) {
    case "forecast":
      return column ? <ForecastView forecast={result} column={column} /> : null;
    case "classes":
      return (
        <ConfusionView
          classes={result}
          chance={dataset.baseline.metrics.accuracy ?? null}
          baseline={dataset.baseline.name}
        />
      );
    case "answers":
      return <AnswersView answers={result.answers} />;
    case "none":
      return null;
    default:
      return result satisfies never;
  }
}
