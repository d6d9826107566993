"""The part `step`: one step of eight nodes' twins, ours against LiteRT, and Embedded Swift against the native build."""

import statistics

from machine import note
from report import number, table

RATIO_FLOOR, TAIL_CEILING_NS, EMBEDDED_CEILING = 6, 1000, 1.3
ROUNDS = 3
LITERT = [("LiteRT, stacked BATCH_MATMUL", "stacked"), ("LiteRT, FULLY_CONNECTED a node", "per_node")]
PERCENTILES = ["p50_ns", "p99_ns", "p999_ns"]


class Step:
    """Measures and keeps the rows; `tools` knows the programs, `figures` takes the figures."""

    def __init__(self, tools, figures):
        self.tools, self.figures = tools, figures
        self.results = {}

    def run(self):
        for _ in range(ROUNDS):
            self.keep("ours, native", self.tools.measure(self.tools.step, 1))
            self.keep("ours, Embedded Swift", self.tools.measure([self.tools.embedded], 1))
            for name, variant in LITERT:
                self.keep(name, self.tools.peer_step("peer_litert.py", "--variant", variant))
        ours, embedded = self.median("ours, native", "p50_ns"), self.median("ours, Embedded Swift", "p50_ns")
        theirs = min((p50 for p50 in (self.median(name, "p50_ns") for name, _ in LITERT) if p50), default=None)
        ratio = theirs / ours if ours and theirs else None
        self.figures.at_least("twin step, 8 nodes: LiteRT's p50 over ours", ratio, "x", RATIO_FLOOR)
        tail = self.median("ours, native", "p999_ns")
        self.figures.at_most("twin step, 8 nodes: p99.9, at most", tail, "ns", TAIL_CEILING_NS)
        ratio = embedded / ours if ours and embedded else None
        self.figures.at_most("twin step, 8 nodes: Embedded p50 over native, at most", ratio, "x", EMBEDDED_CEILING)

    def keep(self, name, result):
        if result.values and "nets" in result.values:
            # twinstep-bench times whole steps and residuals too; LiteRT has nothing like them.
            nets = result.values["nets"]
            result.values = {**nets, "p999_ns": nets.get("p99_9_ns")}
        self.results.setdefault(name, []).append(result)
        p50 = result.values and result.values.get("p50_ns")
        what = f"p50 {number(p50)} ns" if p50 else result.error or "no p50_ns"
        note(f"twin step, {name}: {what}{' (contended)' if result.contended else ''}")

    def median(self, name, key):
        """Over the uncontended runs, or over all where every one was contended."""
        results = [result for result in self.results.get(name, []) if result.values]
        quiet = [result for result in results if not result.contended] or results
        values = [result.values[key] for result in quiet if result.values.get(key)]
        return statistics.median(values) if values else None

    def table(self):
        rows = [["twin step, 8 nodes, one core", "p50 ns", "p99 ns", "p99.9 ns", ""]]
        for name, results in self.results.items():
            values = [self.median(name, key) for key in PERCENTILES]
            failures = [result for result in results if result.error]
            remark = ""
            if failures:
                remark = "missing" if failures[0].missing else failures[0].error
            elif all(result.contended for result in results):
                remark = "contended"
            rows.append([name, *(number(value) if value else "-" for value in values), remark])
        return table(rows, right={1, 2, 3})
