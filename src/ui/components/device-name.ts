/** What computes, in the few words of the badge. */
import type { BackendInfo } from "../../core/backend.ts";
import { t } from "../i18n/translate.ts";

/** `WebGPU · adapter`, or which of the CPU's players, by the name under which it is chosen. */
export function deviceName({ kind, adapter }: BackendInfo): string {
  return kind === "webgpu" ? t("device.webgpu", { adapter }) : t(`player.${kind}`);
}
