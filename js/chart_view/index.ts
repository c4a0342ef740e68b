// A chart is drawn by the runtime that it shares with all charts of the page.
import type { View } from "../shared/model.ts";
import type { Runtime } from "../vega_runtime/model.ts";
import type { Traits } from "./model.ts";

/** What anywidget gives to reach another widget. */
interface Host {
  getWidget(reference: string): Promise<{ exports: Runtime }>;
}

async function render(view: View<Traits> & { host: Host }): Promise<void> {
  const { model, el, signal, host } = view;
  const { exports } = await host.getWidget(model.get("runtime"));
  await exports.draw({ model, el, signal });
}

export default { render };
