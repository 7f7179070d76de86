"""The report as Markdown: one table a section, or one line where the same reason keeps every probe from running."""

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
        rows = [result for result in report["results"] if result["section"] == section]
        lines += ["", f"## {section}", ""]
        reasons = {(row["outcome"], details(row)) for row in rows}
        if len(rows) > 1 and len(reasons) == 1 and rows[0]["outcome"] == "absent":
            lines.append(f"None of {len(rows)} probes could run: {details(rows[0])}")
            continue
        lines += ["| probe | outcome | detail |", "|---|---|---|"]
        lines += [f"| {row['probe']} | {row['outcome']} | {details(row)} |" for row in rows]
    return "\n".join(lines)


def details(row):
    figures = [draw(row[name]) for name, draw in FIGURES.items() if name in row]
    return ", ".join([*figures, *([row["detail"]] if row.get("detail") else [])]).replace("|", "\\|")
