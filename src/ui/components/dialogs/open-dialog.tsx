/** The dialog that is open, if any; one at a time. */
import { useApp, usePage, useSession } from "../../app-context.ts";
import { DeviceDialog } from "./device-dialog.tsx";
import { FileRequestDialog } from "./file-request-dialog.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { OwnSeriesDialog } from "./own-series-dialog.tsx";
import { OwnTextDialog } from "./own-text-dialog.tsx";
import { SourcesDialog } from "./sources-dialog.tsx";

/** Nothing while no dialog is open. */
export function OpenDialog() {
  const session = useSession();
  const page = usePage();
  const dialog = useApp((state) => state.dialog);
  const close = () => session.dispatch({ type: "dialog-closed" });
  switch (dialog?.kind) {
    case undefined:
      return null;
    case "help":
      return <HelpDialog onClose={close} />;
    case "sources":
      return <SourcesDialog onClose={close} />;
    case "device":
      return <DeviceDialog onClose={close} copy={page.copyReport} />;
    case "own-text":
      return <OwnTextDialog onClose={close} />;
    case "own-series":
      return <OwnSeriesDialog onClose={close} />;
    case "file-request":
      return <FileRequestDialog wanted={dialog} onClose={close} />;
    default:
      return dialog satisfies never;
  }
}
