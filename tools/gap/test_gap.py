"""Tests of what needs no GPU and no PyTorch: python3 -m unittest discover -s tools/gap"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

from gap.catalogue import questions
from gap.child import outcome_of, run_probes
from gap.table import markdown

FAKE = """
    import os, time
    class OutOfMemoryError(RuntimeError): pass
    def fail(): raise NotImplementedError("no such kernel")
    def die(): os.abort()
    def leave(): os._exit(7)
    def hang(): time.sleep(60)
    def wrong(): assert False, "off by one"
    def missing(): import no_such_package
    def broken(): raise RuntimeError("CUDA error: an illegal memory access was encountered")
    def internal(): raise RuntimeError("x INTERNAL ASSERT FAILED at y")
    def full(): raise OutOfMemoryError("tried to allocate")
    def odd(): raise KeyError("x")
    def chatty(factor): print("hello"); return {"speedup": 2.0 * factor, "process": os.getpid()}
    PROBES = dict(fail=fail, die=die, leave=leave, hang=hang, wrong=wrong, missing=missing, broken=broken, odd=odd,
                  internal=internal, full=full, chatty=chatty)
"""


class Children(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        (pathlib.Path(folder.name) / "fake_probes.py").write_text(textwrap.dedent(FAKE), encoding="utf8")
        here = str(pathlib.Path(__file__).resolve().parent)
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join([folder.name, here])
        self.addCleanup(lambda: os.environ.__setitem__("PYTHONPATH", before or ""))

    def test_every_end_of_a_probe_is_told_apart(self):
        expected = {
            "fail": ("fails cleanly", "NotImplementedError: no such kernel"),
            "die": ("crashes", "SIGABRT"),
            "leave": ("crashes", "exit code 7"),
            "wrong": ("wrong", "off by one"),
            "missing": ("absent", "No module named 'no_such_package'"),
            "broken": ("crashes", "RuntimeError: CUDA error: an illegal memory access was encountered"),
            "internal": ("fails", "RuntimeError: x INTERNAL ASSERT FAILED at y"),
            "full": ("out of memory", "OutOfMemoryError: tried to allocate"),
            "odd": ("fails", "KeyError: 'x'"),
        }
        # In one call: what follows the probes that end the process still gets its answer.
        results = run_probes("fake_probes", [(name, {}) for name in expected])
        for (name, (outcome, detail)), result in zip(expected.items(), results, strict=True):
            with self.subTest(name):
                self.assertEqual(result, {"outcome": outcome, "detail": detail})

    def test_a_probe_that_hangs_is_stopped_and_the_next_one_runs(self):
        tasks = [("chatty", {"factor": 1}), ("hang", {}), ("chatty", {"factor": 2})]
        outcomes = [result["outcome"] for result in run_probes("fake_probes", tasks, timeout=1)]
        self.assertEqual(outcomes, ["works", "hangs", "works"])

    def test_figures_come_back_past_other_output_and_from_one_process(self):
        first, second = run_probes("fake_probes", [("chatty", {"factor": 2}), ("chatty", {"factor": 3})])
        self.assertEqual((first["outcome"], first["speedup"], second["speedup"]), ("works", 4.0, 6.0))
        self.assertEqual(first["process"], second["process"])

    def test_the_device_is_given_up_after_an_illegal_access(self):
        names = ["chatty", "broken", "chatty"]
        tasks = [(name, {"factor": 1} if name == "chatty" else {}) for name in names]
        first, _, last = run_probes("fake_probes", tasks)
        self.assertNotEqual(first["process"], last["process"])


class Reports(unittest.TestCase):
    def test_a_probe_may_name_its_own_outcome(self):
        self.assertEqual(outcome_of(lambda: {"outcome": "wrong"}, {})["outcome"], "wrong")

    def test_questions_are_of_probes_that_exist(self):
        import importlib

        asked = list(questions())
        for question in asked:
            self.assertIn(question.probe, importlib.import_module(question.module).PROBES)
        labels = [(question.section, question.label) for question in asked]
        self.assertEqual(len(labels), len(set(labels)))

    def test_tables_hold_every_result(self):
        results = [
            {"section": "A", "probe": "x", "outcome": "works", "detail": "", "speedup": 1.234},
            {"section": "B", "probe": "y", "outcome": "crashes", "detail": "a|b"},
        ]
        text = markdown({"versions": {"torch": "9"}, "results": results})
        self.assertIn("torch: 9", text)
        self.assertIn("| x | works | 1.23x |", text)
        self.assertIn("| y | crashes | a\\|b |", text)

    def test_a_reason_that_keeps_every_probe_from_running_is_told_once(self):
        absent = {"section": "A", "outcome": "absent", "detail": "No module named 'torch'"}
        text = markdown({"versions": {}, "results": [{**absent, "probe": name} for name in ("x", "y")]})
        self.assertIn("None of 2 probes could run: No module named 'torch'", text)
        self.assertNotIn("| x |", text)


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name) / "out"
        self.packages = pathlib.Path(folder.name) / "packages"
        for path in (self.folder, self.packages):
            path.mkdir()
        # No PyTorch, wherever this runs.
        absent = "raise ModuleNotFoundError(\"No module named 'torch'\")"
        (self.packages / "torch.py").write_text(absent, encoding="utf8")

    def run_gap(self, *arguments):
        program = pathlib.Path(__file__).resolve().parent / "run.py"
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(self.packages)}
        command = [sys.executable, str(program), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    def test_what_is_missing_is_named_once_and_is_no_error(self):
        out = self.folder / "gap.json"
        ran = self.run_gap(out, "malformed BSR")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("PyTorch is absent: No module named 'torch'", ran.stderr)
        self.assertRegex(ran.stdout, r"## malformed BSR\n\nNone of \d+ probes could run: No module named 'torch'")
        report = json.loads(out.read_text(encoding="utf8"))
        self.assertEqual(report["format"], "sparsek-gap-1")
        self.assertEqual({result["outcome"] for result in report["results"]}, {"absent"})
        self.assertEqual([path.name for path in self.folder.iterdir()], ["gap.json"])

    def test_bad_usage_ends_with_2_before_anything_runs(self):
        kept = self.folder / "kept.json"
        kept.write_text("[1]", encoding="utf8")
        cases = [
            ([self.folder / "gap.json", "no such section"], "Expected sections among"),
            ([self.folder / "no" / "gap.json"], "Expected a folder that is there for OUT.json"),
            ([self.folder], "Expected a file, not a folder, for OUT.json"),
            ([kept, "malformed BSR"], "to hold answers of an earlier run"),
            (["--everything"], "unrecognized arguments"),
        ]
        for arguments, message in cases:
            with self.subTest(message):
                ran = self.run_gap(*arguments)
                self.assertEqual((ran.returncode, ran.stdout), (2, ""))
                self.assertIn(message, ran.stderr)
                self.assertNotIn("Traceback", ran.stderr)
        self.assertEqual(kept.read_text(encoding="utf8"), "[1]")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
