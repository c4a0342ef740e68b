// Where the tiles of the queries lie: a row for each class that has any, or several where they do not fit side by side.

/** Pixels of a tile. */
export const TILE = { width: 44, height: 50 };
/** Pixels of a class's name, left of its tiles. */
export const NAME = 112;

export interface PlacedTile {
  query: number;
  label: number;
  x: number;
  y: number;
}

export interface TileLayout {
  /** Class by class. */
  tiles: PlacedTile[];
  groups: { label: number; y: number; members: PlacedTile[] }[];
  height: number;
}

/** Lay out the queries with these labels in so many pixels. */
export function layOutTiles(labels: number[], way: number, width: number): TileLayout {
  const layout: TileLayout = { tiles: [], groups: [], height: 0 };
  const across = Math.max(1, Math.floor((width - NAME) / TILE.width));
  for (let label = 0; label < way; label++) {
    const queries = labels.flatMap((each, query) => (each === label ? [query] : []));
    if (!queries.length) continue;
    const y = layout.height;
    const members = queries.map((query, j) => ({
      query,
      label,
      x: NAME + (j % across) * TILE.width,
      y: y + Math.floor(j / across) * TILE.height,
    }));
    layout.tiles.push(...members);
    layout.groups.push({ label, y, members });
    layout.height = y + Math.ceil(queries.length / across) * TILE.height;
  }
  return layout;
}
