"""Figures of a benchmark: what .build/figures/NAME.json holds, and the same as a table."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Figures:
    def __init__(self):
        self.rows = []

    def add(self, figure, value, unit, floor, holds):
        self.rows.append({"figure": figure, "value": value, "unit": unit, "floor": floor, "holds": bool(holds)})

    def write(self, name):
        folder = ROOT / ".build/figures"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(self.rows, indent=2) + "\n")
        width = max(len(row["figure"]) for row in self.rows)
        for row in self.rows:
            verdict = "holds" if row["holds"] else "DOES NOT HOLD"
            print(f"{row['figure']:<{width}}  {row['value']:>12.6g} {row['unit']:<10} {row['floor']:<12} {verdict}")
