"""Places for labels on a picture, so that none covers another."""

from __future__ import annotations


class LabelPlaces:
    """A grid of cells, each of them free or taken by a label."""

    def __init__(self, n_columns: int, n_rows: int) -> None:
        self._width = n_columns
        self._rows = [bytearray(n_columns) for _ in range(n_rows)]

    def take(self, column: int, row: int, width: int, height: int = 1, *, gap: int = 0) -> bool:
        """Take the cells of a label if all are on the grid and free; whether they were.

        gap   cells to the left and to the right of it that must be free as well, and stay so
        """
        end, rows = column + width, self._rows[max(row, 0) : row + height]
        if column < 0 or row < 0 or end > self._width or len(rows) < height:
            return False
        around = slice(max(column - gap, 0), end + gap)
        if any(any(taken[around]) for taken in rows):
            return False
        for taken in rows:
            taken[column:end] = b"\1" * width
        return True
