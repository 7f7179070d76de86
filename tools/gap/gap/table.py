"""The report as Markdown: one table a section."""

FIGURES = {
    "ms": lambda value: f"{value:.3f} ms",
    "usefulTflops": lambda value: f"{value:.1f} useful TFLOP/s",
    "tflops": lambda value: f"{value:.1f} TFLOP/s",
    "order": str,
    "speedup": lambda value: f"{value:.2f}x",
    "denseMs": lambda value: f"dense {value:.3f} ms",
    "calledMs": lambda value: f"2:4 called {value:.3f} ms",
    "searchedMs": lambda value: f"searched {value:.3f} ms",
    "replayedMs": lambda value: f"replayed {value:.3f} ms",
    "peakBytes": lambda value: f"peak {value / 2**20:.1f} MiB",
    "keptBytes": lambda value: f"kept {value / 2**20:.1f} MiB",
    "blocks": lambda value: f"{value} blocks",
    "seconds": lambda value: f"{value:.1f} s",
}


def markdown(report):
    lines = [f"{name}: {value}" for name, value in report["versions"].items()]
    for section in dict.fromkeys(result["section"] for result in report["results"]):
        lines += ["", f"## {section}", "", "| probe | outcome | detail |", "|---|---|---|"]
        rows = (result for result in report["results"] if result["section"] == section)
        lines += [f"| {row['probe']} | {row['outcome']} | {details(row)} |" for row in rows]
    return "\n".join(lines)


def details(row):
    figures = [draw(row[name]) for name, draw in FIGURES.items() if name in row]
    return ", ".join([*figures, *([row["detail"]] if row.get("detail") else [])]).replace("|", "\\|")
