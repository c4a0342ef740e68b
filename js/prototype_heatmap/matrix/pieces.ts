// Where the rows of the matrix are broken over pages.
import { HEADING, type Layout } from "./layout.ts";

/** Pixels of a piece without the heads, less on the first page. */
const [HEIGHT, FIRST] = [820, 560];

export interface Piece {
  start: number;
  end: number;
  /** Whether its first rows belong to a group that began before. */
  goesOn: boolean;
}

/** Break the rows where a page ends: between rows, never behind a heading. */
export function piecesOf(
  { groups, row, head }: Layout,
  [first, height]: readonly [number, number] = [FIRST, HEIGHT],
): Piece[] {
  const pieces: Piece[] = [];
  let piece: Piece | null = null;
  for (const { top, members } of groups) {
    for (const i of members.keys()) {
      const y = top + HEADING + i * row;
      const end = y + row;
      const most = pieces.length > 1 ? height : first;
      if (piece && end - piece.start <= most) piece.end = end;
      else {
        piece = { start: i ? y : top, end, goesOn: i > 0 };
        pieces.push(piece);
      }
    }
  }
  return pieces.length ? pieces : [{ start: head, end: head, goesOn: false }];
}
