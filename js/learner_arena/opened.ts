// The opened episode, with the buttons that go to the one before and after.
import { button } from "../shared/controls.ts";
import { h } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import type { episodeOf } from "./episode.ts";
import type { Arrays, Config, EpisodeArrays } from "./model.ts";

export interface OpenedOptions {
  config: Config;
  arrays: Arrays;
  /** The episode's own view, filled anew for each. */
  view: ReturnType<typeof episodeOf>;
  /** Who scored what. */
  describe: (episode: number) => string;
  /** Whether an episode can be opened. */
  sent: (episode: number) => boolean;
  open: (episode: number) => Promise<void>;
  close: () => void;
}

/** Show an episode in `node`. */
export function showOpened(
  node: HTMLElement,
  index: number,
  { theme, width }: { theme: Theme; width: number },
  options: OpenedOptions,
): void {
  const { config, arrays, view, describe, close } = options;
  const turn = (by: number) => turnButton(node, index, by, options);
  node.replaceChildren(
    h(
      "div",
      { class: "ar-opened-head" },
      h("h4", {}, `Episode ${index}`),
      turn(-1),
      turn(1),
      button({ text: "Close", onclick: close }),
    ),
    h("p", { class: "ar-scores" }, describe(index)),
    view.node,
  );
  const plain = config.episodes[String(index)];
  view.load({ arrays: arraysOfEpisode(arrays, index), plain, theme, width: width || 360 });
}

function turnButton(
  node: HTMLElement,
  index: number,
  by: number,
  { config, sent, open }: OpenedOptions,
) {
  const place = by < 0 ? "ar-back" : "ar-next";
  const go = async () => {
    const known = Array.from(config.seeds.keys()).filter(sent);
    const next = known[(known.indexOf(index) + by + known.length) % known.length];
    if (next === undefined) return;
    await open(next);
    node.querySelector<HTMLElement>(`.${place}`)?.focus();
  };
  const look =
    by < 0
      ? { icon: "back" as const, name: "Episode before" }
      : { icon: "next" as const, name: "Episode after" };
  return button({ ...look, class: place, onclick: go });
}

function arraysOfEpisode(arrays: Arrays, index: number): EpisodeArrays {
  const prefix = `${index}.`;
  const own = Object.entries(arrays)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, array]) => [name.slice(prefix.length), array]);
  return Object.fromEntries(own);
}
