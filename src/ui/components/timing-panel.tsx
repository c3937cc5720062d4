/**
 * Where the time of a training step goes: every operation of the run with the implementation that the plan chose, its sizes
 * and its measured time. Measured when the user opens it, because a profile interrupts the training for a moment.
 */
import type { Numbers } from "../../core/operation.ts";
import { playsWholeSteps } from "../../core/program.ts";
import type { OperationTime } from "../../core/step-profile.ts";
import { useApp, useSession } from "../app-context.ts";
import { formatMilliseconds, formatMillisecondsUnder, formatNumber, formatPercent } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import type { Profile } from "../run-state.ts";
import controls from "../styles/controls.module.css";
import { Button } from "./button.tsx";
import { Panel } from "./panel.tsx";
import styles from "./results.module.css";

/** Panel of a run; its table comes once it has been opened. */
export function TimingPanel() {
  const session = useSession();
  const profile = useApp((state) => state.run?.profile ?? null);
  const runId = useApp((state) => state.run?.runId ?? null);
  const wholeSteps = useApp((state) => state.run !== null && playsWholeSteps(state.run.shared.plan));
  if (runId === null) return null;
  return (
    <Panel title={t("timing.title")}>
      <details
        key={runId}
        className={styles.words}
        onToggle={({ currentTarget }) => {
          if (currentTarget.open && profile === null) session.profile();
        }}
      >
        <summary>{t("timing.open")}</summary>
        {wholeSteps ? <p>{t("timing.whole-steps")}</p> : null}
        {profile ? <Times profile={profile} /> : <p role="status">{t("timing.measuring")}</p>}
        {profile ? <Button onClick={session.profile}>{t("timing.again")}</Button> : null}
      </details>
    </Panel>
  );
}

function Times({ profile }: { readonly profile: Profile }) {
  const { times, method, step } = profile;
  const total = times.reduce((sum, { ms }) => sum + ms, 0);
  const largest = Math.max(0, ...times.map(({ ms }) => ms));
  return (
    <>
      <p>{t("timing.sum", { ms: formatMilliseconds(total), step, how: t(`timing.method.${method}`) })}</p>
      <div className={controls.scroll}>
        <table className={controls.table}>
          <caption>{t("timing.caption")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("timing.operation")}</th>
              <th scope="col" className={controls.words}>
                {t("timing.place")}
              </th>
              <th scope="col" className={controls.words}>
                {t("timing.implementation")}
              </th>
              <th scope="col">{t("timing.dispatches")}</th>
              <th scope="col">{t("timing.ms")}</th>
              <th scope="col">{t("timing.share")}</th>
            </tr>
          </thead>
          <tbody>
            {times.map((time) => (
              <Row key={`${time.phase} ${time.operation} ${time.label}`} time={time} total={total} largest={largest} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface RowProps {
  readonly time: OperationTime;
  readonly total: number;
  readonly largest: number;
}

function Row({ time, total, largest }: RowProps) {
  const { operation, label, implementation, sizes, dispatches, ms } = time;
  return (
    <tr>
      <th scope="row">{operation}</th>
      <td className={controls.words}>{label}</td>
      <td className={controls.words}>
        {implementation} <span className={controls.unit}>{sizesText(sizes)}</span>
      </td>
      <td>{formatNumber(dispatches)}</td>
      <td>{formatMillisecondsUnder(largest, ms)}</td>
      <td>{total > 0 ? formatPercent(ms / total) : ""}</td>
    </tr>
  );
}

/** As the kernels name them: `WORKGROUP_SIZE 16`. */
function sizesText(sizes: Numbers): string {
  return Object.entries(sizes)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}
