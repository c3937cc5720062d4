/**
 * Published models as cards beside the tasks: one click starts a model as it was published, a small button one of its
 * variants (the run before it can be brought back). What stands in for the original data is said on the card.
 */
import type { PublishedModel } from "../../core/published-model.ts";
import { isSameExperiment } from "../address.ts";
import { useApp, useSession } from "../app-context.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import styles from "./model-cards.module.css";

function Variants({ model }: { readonly model: PublishedModel }) {
  const session = useSession();
  const draft = useApp((state) => state.draft);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame of its own
    <div
      className={styles.variants}
      role="group"
      aria-label={t("models.variants", { model: t(`model.${model.name}`) })}
    >
      {model.variants.map(({ name, experiment }) => (
        <button
          key={name}
          type="button"
          className={styles.variant}
          aria-pressed={draft !== null && isSameExperiment(draft, experiment)}
          onClick={() => session.startExperiment(experiment)}
        >
          {t(`variant.${name}`)}
        </button>
      ))}
    </div>
  );
}

function ModelCard({ model }: { readonly model: PublishedModel }) {
  const session = useSession();
  const draft = useApp((state) => state.draft);
  const { name, variants, sources } = model;
  const [first] = variants;
  if (!first) return null;
  const running = variants.find(({ experiment }) => draft !== null && isSameExperiment(draft, experiment));
  const chosen = running !== undefined;
  return (
    <li className={styles.card} data-chosen={chosen}>
      <button
        type="button"
        className={styles.start}
        aria-pressed={chosen}
        onClick={() => session.startExperiment(first.experiment)}
      >
        <span className={styles.title}>{t(`model.${name}`)}</span>
        <span className={styles.about}>{t(`model.${name}.about`)}</span>
      </button>
      {variants.length > 1 ? <Variants model={model} /> : null}
      <details className={styles.more}>
        <summary>{t("models.more")}</summary>
        <p>{t(`model.${name}.data`)}</p>
        <p>{t("models.learns", { count: (running ?? first).steps })}</p>
        <ul>
          {sources.map(({ title, url }) => (
            <li key={url}>
              <a href={url} target="_blank" rel="noreferrer">
                {title}
              </a>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

/** Every published model that the worker offers, in its order. */
export function ModelCards() {
  const models = useApp((state) => state.models);
  return (
    <>
      <p className={controls.help}>{t("models.help")}</p>
      <ul className={styles.cards}>
        {models.map((model) => (
          <ModelCard key={model.name} model={model} />
        ))}
      </ul>
    </>
  );
}
