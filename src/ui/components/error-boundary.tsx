/** Keeps one broken part from taking the page down: the rest and the engine go on, the run can still be saved. */
import { Component, type ReactNode } from "react";
import { t } from "../i18n/translate.ts";
import { Banner } from "./banner.tsx";
import { Button } from "./button.tsx";

/** `save` is offered where there is something to save. */
export interface ErrorBoundaryProps {
  readonly children: ReactNode;
  readonly save: () => void;
}

interface ErrorBoundaryState {
  readonly message: string | null;
}

/** React offers boundaries as classes only. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { message: null };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <Banner
        tone="alarm"
        actions={
          <>
            <Button onClick={() => this.setState({ message: null })}>{t("app.tryAgain")}</Button>
            <Button onClick={this.props.save}>{t("action.save")}</Button>
          </>
        }
      >
        {t("app.broken", { message })} {t("app.brokenNote")}
      </Banner>
    );
  }
}
