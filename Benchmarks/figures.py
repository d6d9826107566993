"""Figures of a benchmark: what .build/figures/NAME.json holds, and the same as a table."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Figures:
    def __init__(self):
        self.rows = []

    def add(self, figure, value, unit, floor, holds):
        self.rows.append({"figure": figure, "value": value, "unit": unit, "floor": floor, "holds": bool(holds)})

    def write(self, name, continues=False):
        """Writes and prints them; where it continues, after those that are in the file. Whether all hold."""
        path = ROOT / ".build/figures" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        before = json.loads(path.read_text()) if continues and path.exists() else []
        path.write_text(json.dumps(before + self.rows, indent=2) + "\n")
        width = max(len(row["figure"]) for row in self.rows)
        for row in self.rows:
            verdict = "holds" if row["holds"] else "DOES NOT HOLD"
            print(f"{row['figure']:<{width}}  {row['value']:>12.6g} {row['unit']:<10} {row['floor']:<12} {verdict}")
        return all(row["holds"] for row in self.rows)
