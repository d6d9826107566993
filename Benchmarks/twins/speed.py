"""The part `speed`: training steps a second, ours and the peers', on one machine in one run."""

import platform
import statistics

import problem
from machine import Result, note
from report import number, table

# Name, program, variant, and the floors of the ratio ours over theirs in task A for 64x2 and 1x32; None only shows.
PEERS = [
    ("JAX jit + scan", "peer_jax.py", "plain", {"64x2": 7.5, "1x32": 20}),
    ("PyTorch eager", "peer_torch.py", "plain", {"64x2": 15, "1x32": 80}),
    ("torchsde", "peer_torchsde.py", "plain", {"64x2": 17, "1x32": 130}),
    ("diffrax, idiomatic", "peer_diffrax.py", "plain", {"64x2": 21, "1x32": 180}),
    ("diffrax, batched", "peer_diffrax.py", "batched", None),
]
EXTRA_PEERS = [("PyTorch, compiled step", "peer_torch.py", "compiled", None)]
LIKELIHOOD_FLOORS = {"64x2": 3, "1x32": 9}
PEAK_FLOORS = {("64x2", 1): 0.75, ("64x2", 2): 0.72, ("1x32", 1): 0.35}
AGREEMENT, ISA_AGREEMENT = 1e-4, 1e-5
CHUNK_SECONDS = 0.8
THREADS = (1, 2)


class Speed:
    """Measures and keeps the rows; `tools` knows the programs, `figures` takes the figures."""

    def __init__(self, tools, figures, extra=False):
        self.tools, self.figures = tools, figures
        self.peers = PEERS + (EXTRA_PEERS if extra else [])
        self.results = {}  # (net, task, who, threads): results, in the order they were measured
        self.shares = {}  # (net, threads): (contended, share of the peak just before and after), for each run of ours
        self.peaks = {count: [] for count in THREADS}

    def run(self):
        folder = self.tools.folder
        for net in problem.HIDDEN:
            problem.write(folder / f"twins-{net}.bin", net)
        note("agreement of losses and gradients")
        for net in problem.HIDDEN:
            for task in problem.TASKS:
                self.agree(net, task)
        for net in problem.HIDDEN:
            self.ours_and_peak(net, 1)
            for index, (name, program, variant, _) in enumerate(self.peers):
                for count in THREADS:
                    self.peer(net, "A", name, program, variant, count)
                # Ours again after each peer, so that whatever changes on the machine meets both sides.
                self.ours_and_peak(net, 2 if index != 2 else 1)
            for count in THREADS:
                self.ours(net, "B", count)
                self.peer(net, "B", *self.peers[0][:3], count)
        self.conclude()

    # One measurement.

    def keep(self, key, result):
        net, task, who, count = key
        self.results.setdefault(key, []).append(result)
        rate = result.values and result.values.get("steps_per_second")
        what = f"{number(rate)} steps/s" if rate else result.error or "no rate"
        note(f"{net} task {task}, {who}, {count} thread(s): {what}{' (contended)' if result.contended else ''}")
        return rate

    def ours(self, net, task, count):
        result = self.tools.ours("train", net, task, count, "--seconds", CHUNK_SECONDS)
        return self.keep((net, task, "ours", count), result)

    def peer(self, net, task, name, program, variant, count):
        arguments = ["--variant", variant, "--seconds", CHUNK_SECONDS]
        self.keep((net, task, name, count), self.tools.peer(program, net, task, count, *arguments))

    def ours_and_peak(self, net, count):
        """Ours in task A, between two measurements of the peak where a floor asks for the share of it."""
        if (net, count) not in PEAK_FLOORS:
            self.ours(net, "A", count)
            return
        results = [self.peak(count)]
        rate = self.ours(net, "A", count)
        results += [self.results[net, "A", "ours", count][-1], self.peak(count)]
        peaks = [result.values["gflops"] for result in (results[0], results[2]) if result.values]
        if rate and peaks:
            share = rate * problem.flops(net) / 1e9 / max(peaks)
            self.shares.setdefault((net, count), []).append((any(result.contended for result in results), share))

    def peak(self, count):
        result = self.tools.measure([self.tools.twinbench, "peak", "--threads", count], count)
        if result.values and not result.values.get("gflops"):
            result = Result(error="it printed no gflops")
        if result.values:
            self.peaks[count].append(result.values["gflops"])
        else:
            note(f"FMA peak, {count} thread(s): {result.error}")
        return result

    # Agreement.

    def gradient(self, label, net, command):
        """(loss, gradient, the file's bytes) of a gradient command, or None with a note."""
        path = self.tools.folder / f"gradient-{label}-{net}.bin"
        path.unlink(missing_ok=True)
        error = command(path)
        try:
            return (*problem.read_gradient(path, net), path.read_bytes())
        except (OSError, ValueError) as reason:
            note(f"gradient of {label}: {error or reason}")
            return None

    def agree(self, net, task):
        def ours(label, count, *options):
            return self.gradient(
                label, net, lambda out: self.tools.ours_gradient(net, task, count, out, *options)
            )

        def theirs(label, program):
            return self.gradient(label, net, lambda out: self.tools.peer_gradient(program, net, task, out))

        best = ours("ours", 1)
        for name, program in (("JAX", "peer_jax.py"), ("PyTorch", "peer_torch.py")):
            other = theirs(name, program)
            error = loss = None
            if best and other:
                error = problem.relative_error(best[1], other[1])
                loss = abs(best[0] - other[0]) / max(abs(other[0]), 1e-12)
            self.figures.at_most(f"{net} {task}: gradient, ours to {name}, relative", error, "", AGREEMENT)
            self.figures.at_most(f"{net} {task}: loss, ours to {name}, relative", loss, "", AGREEMENT)
        two = ours("ours on two threads", 2)
        differing = None
        if best and two:
            differing = sum(a != b for a, b in zip(best[2], two[2]))
        self.figures.at_most(f"{net} {task}: bytes that differ between 1 and 2 threads", differing, "", 0)
        for isa in instruction_sets():
            other = ours(isa, 1, "--isa", isa)
            error = problem.relative_error(other[1], best[1]) if best and other else None
            self.figures.at_most(f"{net} {task}: gradient, {isa} to the best kernel", error, "", ISA_AGREEMENT)

    # Conclusions.

    def rate(self, net, task, who, count):
        """Median rate over the uncontended runs, or over all where there is no such run; None without any."""
        results = [result for result in self.results.get((net, task, who, count), []) if result.values]
        quiet = [result for result in results if not result.contended] or results
        rates = [result.values["steps_per_second"] for result in quiet if result.values.get("steps_per_second")]
        return statistics.median(rates) if rates else None

    def best(self, net, task, who):
        rates = [rate for rate in (self.rate(net, task, who, count) for count in THREADS) if rate]
        return max(rates, default=None)

    def ratio(self, net, task, who):
        ours, theirs = self.best(net, task, "ours"), self.best(net, task, who)
        return ours / theirs if ours and theirs else None

    def conclude(self):
        for name, _, _, floors in self.peers:
            for net in floors or {}:
                self.conclude_ratio(net, "A", name, floors[net])
        for net, floor in LIKELIHOOD_FLOORS.items():
            self.conclude_ratio(net, "B", self.peers[0][0], floor)
        for (net, count), floor in PEAK_FLOORS.items():
            shares = self.shares.get((net, count), [])
            quiet = [share for contended, share in shares if not contended]
            kept = quiet or [share for _, share in shares]
            figure = f"{net} A: share of the FMA peak, {count} thread{'s' if count > 1 else ''}"
            figure += ", contended" if shares and not quiet else ""
            self.figures.at_least(figure, statistics.median(kept) if kept else None, "", floor)

    def conclude_ratio(self, net, task, name, floor):
        """A ratio with a contended side says so: it may be far too high or too low."""
        ratio = self.ratio(net, task, name)
        contended = any(self.contended(net, task, who, count) for who in ("ours", name) for count in THREADS)
        figure = f"{net} {task}: ours over {name}{', contended' if contended and ratio else ''}"
        self.figures.at_least(figure, ratio, "x", floor)

    def table(self):
        threads = [f"{count} thr" for count in THREADS]
        rows = [["net", "task", "steps a second", *threads, "ours over it", "first step s", "RSS MB", ""]]
        for net in problem.HIDDEN:
            for task in problem.TASKS:
                names = ["ours", *(peer[0] for peer in self.peers)]
                rows += [self.row(net, task, name) for name in names if (net, task, name, 1) in self.results]
        for count in THREADS:
            if self.peaks[count]:
                note(f"FMA peak, {count} thread(s): {number(max(self.peaks[count]))} GFLOP/s")
        return table(rows, right={3, 4, 5, 6, 7})

    def row(self, net, task, name):
        results = [result for count in THREADS for result in self.results.get((net, task, name, count), [])]
        rates = [self.rate(net, task, name, count) for count in THREADS]
        good = [result.values for result in results if result.values]
        remark = ""
        if not all(rates):
            failures = [result for result in results if result.error]
            missing = any(result.missing for result in failures)
            remark = "missing" if missing else failures[0].error if failures else "no rate"
        elif any(self.contended(net, task, name, count) for count in THREADS):
            remark = "contended"
        ratio = self.ratio(net, task, name) if name != "ours" else None

        def median(key):
            values = [value[key] for value in good if value.get(key) is not None]
            return number(statistics.median(values)) if values else "-"

        shown = [number(rate) if rate else "-" for rate in rates]
        shown.append(number(ratio) + "x" if ratio else "-")
        return [net, task, name, *shown, median("first_step_seconds"), median("rss_mb"), remark]

    def contended(self, net, task, name, count):
        """Whether there was no uncontended run at all."""
        results = [result for result in self.results.get((net, task, name, count), []) if result.values]
        return bool(results) and all(result.contended for result in results)


def instruction_sets():
    """The kernels this machine can run besides the one chosen by itself."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return ["base"]
    try:
        with open("/proc/cpuinfo") as file:
            flags = next((set(line.split()) for line in file if line.startswith("flags")), set())
    except OSError:
        flags = set()
    return ["base"] + ["avx2"] * ({"avx2", "fma"} <= flags) + ["avx512"] * ("avx512f" in flags)
