"""The figures of a benchmark, and the tables it prints."""

import json
import math


class Figures:
    """Rows of {"figure", "value", "unit", "floor", "holds"}; a value that is missing is None, and does not hold."""

    def __init__(self):
        self.rows = []

    def at_least(self, figure, value, unit, floor):
        self._add(figure, value, unit, f">= {floor:g}", value is not None and value >= floor)

    def at_most(self, figure, value, unit, ceiling):
        self._add(figure, value, unit, f"<= {ceiling:g}", value is not None and value <= ceiling)

    def failed(self, figure):
        """What could not be run at all."""
        self._add(figure, None, "", "ran", False)

    def merge(self, rows):
        """Takes over rows another program measured; raises ValueError where they have another shape."""
        for row in rows:
            missing = {"figure", "value", "unit", "floor", "holds"} - set(row) if isinstance(row, dict) else {"figure"}
            if missing:
                raise ValueError(f"a figure without {', '.join(sorted(missing))}")
            self.rows.append({key: row[key] for key in ("figure", "value", "unit", "floor", "holds")})
            self.rows[-1]["holds"] = bool(row["holds"]) and row["value"] is not None

    def _add(self, figure, value, unit, floor, holds):
        if value is not None:
            value = float(f"{value:.6g}") if math.isfinite(value) else None
        self.rows.append(
            {"figure": figure, "value": value, "unit": unit, "floor": floor, "holds": bool(holds) and value is not None}
        )

    @property
    def hold(self):
        return bool(self.rows) and all(row["holds"] for row in self.rows)

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.rows, indent=2) + "\n")

    def table(self):
        rows = [["figure", "value", "unit", "wanted", ""]]
        for row in self.rows:
            value = "missing" if row["value"] is None else number(row["value"])
            verdict = "holds" if row["holds"] else "DOES NOT HOLD"
            rows.append([row["figure"], value, row["unit"], str(row["floor"]), verdict])
        return table(rows, right={1})


def number(value):
    """Four digits that say something."""
    if isinstance(value, float) and value and not 1e-3 <= abs(value) < 1e7:
        return f"{value:.2e}"
    return f"{value:.4g}" if not isinstance(value, int) and abs(value) < 1e4 else f"{value:,.0f}"


def table(rows, right=()):
    """Lines of a table; its first row is the heading, columns in `right` are aligned to the right."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        aligned = [str.rjust if column in right else str.ljust for column in range(len(row))]
        lines.append("  ".join(align(cell, width) for align, cell, width in zip(aligned, row, widths)).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
