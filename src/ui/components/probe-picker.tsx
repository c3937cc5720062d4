/**
 * Picks the sequence on which the gates are shown: a held-out example, or for text models whatever is typed. A text is
 * checked against the vocabulary before it is sent, so that the refusal can name the symbols.
 */
import { type FormEvent, useState } from "react";
import type { ProbeWish } from "../../worker/protocol.ts";
import type { DatasetSummary } from "../../worker/summaries.ts";
import { t } from "../i18n/translate.ts";
import { type ProbeTextIssue, probeTextIssue } from "../plots/probe-text.ts";
import { visibleSymbol } from "../plots/strip.ts";
import controls from "../styles/controls.module.css";
import { SelectField, TextField } from "./fields.tsx";
import styles from "./results.module.css";

/** `wish` is what is shown now. `onPick` sends the new wish. */
export interface ProbePickerProps {
  readonly dataset: Pick<DatasetSummary, "probes" | "vocabulary" | "probeLength">;
  readonly wish: ProbeWish;
  readonly onPick: (wish: ProbeWish) => void;
}

/** Value of the select while an own text is shown. */
const OWN = "own";

/** Select of examples, and a line of text where the model reads symbols. */
export function ProbePicker({ dataset, wish, onPick }: ProbePickerProps) {
  const { probes, vocabulary, probeLength } = dataset;
  const choices = probes.map((probe, index) => ({ value: String(index), label: probe.title }));
  const own = wish.kind === "text" ? [{ value: OWN, label: t("probe.own") }] : [];
  const choose = (value: string) => {
    if (value !== OWN) onPick({ kind: "choice", index: Number(value) });
  };
  return (
    <div className={styles.picker}>
      <SelectField
        label={t("probe.choose")}
        value={wish.kind === "text" ? OWN : String(wish.index)}
        choices={[...choices, ...own]}
        onChange={choose}
      />
      {vocabulary.length > 0 ? (
        <OwnText
          vocabulary={vocabulary}
          limit={probeLength}
          shown={wish.kind === "text" ? wish.text : ""}
          onPick={(text) => onPick({ kind: "text", text })}
        />
      ) : null}
    </div>
  );
}

interface OwnTextProps {
  readonly vocabulary: readonly string[];
  readonly limit: number;
  readonly shown: string;
  readonly onPick: (text: string) => void;
}

function OwnText({ vocabulary, limit, shown, onPick }: OwnTextProps) {
  const [text, setText] = useState(shown);
  const [asked, setAsked] = useState(false);
  const issue = probeTextIssue(text, vocabulary, limit);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (issue === null) onPick(text);
  };
  // An empty line is only refused once it is sent; a wrong symbol at once, while it can still be seen which.
  const error = issue === null || (issue.kind === "empty" && !asked) ? null : sentenceOf(issue);
  return (
    <form className={styles.pickerText} onSubmit={submit}>
      <TextField
        label={t("probe.text", { count: limit })}
        value={text}
        error={error}
        onChange={(next) => {
          setAsked(false);
          setText(next);
        }}
      />
      <button type="submit" className={controls.button}>
        {t("probe.show")}
      </button>
    </form>
  );
}

function sentenceOf(issue: ProbeTextIssue): string {
  switch (issue.kind) {
    case "empty":
      return t("probe.empty");
    case "too-long":
      return t("probe.tooLong", { length: issue.length, limit: issue.limit });
    case "unknown":
      return t("probe.unknown", { symbols: issue.symbols.map(visibleSymbol).join(" ") });
    default:
      return issue satisfies never;
  }
}
