"""Figures beside the figures to reach, as a table to read and as a table for docs/performance.md."""
import dataclasses, datetime, pathlib, re, statistics

from support import ROOT, run

PAGE = ROOT / "docs/performance.md"
BEGIN, END = "<!-- figures: written by ./dev bench {} -->", "<!-- end of figures -->"


@dataclasses.dataclass
class Row:
    case: str
    figure: str
    ours: float
    other: float
    ratio: float
    unit: str
    most: float | None = None  # of the ratio, or of `ours` when `of_ours`
    least: float | None = None
    of_ours: bool = False

    def wanted(self):
        limit = self.most if self.most is not None else self.least
        if limit is None:
            return "", ""
        value = self.ours if self.of_ours else self.ratio
        met = value <= limit if self.most is not None else value >= limit
        return f"{'≤' if self.most is not None else '≥'} {limit:g}{' ' + self.unit if self.of_ours else ''}", "met" if met else "MISSED"

    def cells(self):
        return [self.case, self.figure, amount(self.ours, self.unit), amount(self.other, self.unit), f"{self.ratio:.2f}", *self.wanted()]


@dataclasses.dataclass
class Section:
    title: str
    ours: str
    other: str
    rows: list

    def lines(self):
        head = [self.title, "figure", self.ours, self.other, "ratio", "target", ""]
        return [head, *(row.cells() for row in self.rows)]


def amount(value, unit):
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:.3g} {unit}"


def compare(case, figure, unit, pairs, **target):
    """The row of (ours, other) pairs, one a round: medians, and the median of the rounds' own ratios."""
    return Row(case, figure, statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs), statistics.median(a / b for a, b in pairs), unit, **target)


def printed(section):
    table = section.lines()
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    return "\n".join("  ".join(f"{cell:<{width}}" if at < 2 else f"{cell:>{width}}" for at, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in table)


def markdown(section):
    head, *rows = section.lines()
    return "\n".join(["| " + " | ".join(head) + " |", "| --- | --- | ---: | ---: | ---: | --- | --- |", *("| " + " | ".join(row) + " |" for row in rows)])


def version_of(command, pattern):
    return re.search(pattern, run("sh", "-c", command + " 2>&1").stdout).group(1)


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text()).group(1)
    memory = int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)) >> 20
    return f"{cpu}, {run('nproc').stdout.strip()} cores, {memory} GiB; Linux {run('uname', '-r').stdout.strip()}"


def write_page(bench, sections, options, peers, load):
    text, begin = PAGE.read_text(), BEGIN.format(bench)
    start = text.index(begin) + len(begin)
    stop = text.index(END, start)
    day = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    missed = sum(row.wanted()[1] == "MISSED" for section in sections for row in section.rows)
    reached = sum(row.wanted()[1] == "met" for section in sections for row in section.rows)
    head = f"Run of {day}: `./dev bench {bench} {options}`. {machine()}; {peers}. Load before it: {load:.1f}. " \
           f"{reached} of {reached + missed} targets met."
    body = "\n\n".join([head, *map(markdown, sections)])
    PAGE.write_text(f"{text[:start]}\n\n{body}\n\n{text[stop:]}")
