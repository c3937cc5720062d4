/** How often clipping bites, in words under the loss chart: over the whole run and at its last steps. */
import { useApp } from "../app-context.ts";
import { formatPercent } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import type { ClipShares } from "../plots/clip-shares.ts";
import styles from "./results.module.css";

/** One sentence for each way of clipping that is on, or was on and did something. */
export function ClipWords({ shares }: { readonly shares: ClipShares }) {
  const live = useApp((state) => state.run?.live);
  const { norm, value, recentSteps } = shares;
  if (!live || recentSteps === 0) return null;
  return (
    <div className={styles.words}>
      {live.clipNorm !== null || norm.run > 0 ? (
        <p>
          {t("clip.norm", { run: formatPercent(norm.run), recent: formatPercent(norm.recent), count: recentSteps })}
        </p>
      ) : null}
      {live.clipValue !== null || value.run > 0 ? (
        <p>
          {t("clip.value", {
            run: formatPercent(value.run),
            recent: formatPercent(value.recent),
            count: recentSteps,
            cut: formatPercent(value.cut),
          })}
        </p>
      ) : null}
    </div>
  );
}
