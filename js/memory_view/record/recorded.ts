// What was sent of a trace, and what follows from it whatever the reader chooses.
import { PALETTE } from "../../shared/colour.ts";
import type { Arrays, Config } from "../model.ts";
import { type Item, queriesInOrder, supportInOrder } from "./items.ts";
import { Shares } from "./shares.ts";
import { Slots } from "./slots.ts";

export interface Recorded {
  config: Config;
  arrays: Arrays;
  /** Null for a learner without a memory. */
  slots: Slots | null;
  shares: Shares;
  /** In the order read. */
  support: Item[];
  /** By class. */
  queries: Item[];
  /** The support set, and the queries behind it. */
  items: Item[];
  byId: Map<string, Item>;
  /** Whether items are images. */
  images: boolean;
  /** Whether classes have colours: there are classes, and no more than colours. */
  coloured: boolean;
}

export function recordedOf(config: Config, arrays: Arrays): Recorded {
  const writes = arrays.write_weights;
  const slots = writes ? new Slots(config, arrays, writes) : null;
  const shares = new Shares(config, arrays, slots);
  const support = supportInOrder(config, arrays, shares.readAt);
  const queries = queriesInOrder(config, arrays);
  const items = [...support, ...queries];
  const way = config.episode.class_names.length;
  return {
    config,
    arrays,
    slots,
    shares,
    support,
    queries,
    items,
    byId: new Map(items.map((item) => [item.id, item])),
    images: arrays.query_x.shape.length === 4,
    coloured: way > 0 && way <= PALETTE.length,
  };
}
