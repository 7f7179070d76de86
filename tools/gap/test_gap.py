"""Tests of what needs no GPU and no PyTorch: python3 -m unittest discover -s tools/gap"""

import os
import pathlib
import sys
import tempfile
import textwrap
import unittest

from gap.child import MARK, classify, outcome_of, run_probe
from gap.table import markdown

FAKE = """
    import os, time
    def fail(): raise NotImplementedError("no such kernel")
    def die(): os.abort()
    def leave(): os._exit(7)
    def hang(): time.sleep(60)
    def wrong(): assert False, "off by one"
    def missing(): import no_such_package
    def broken(): raise RuntimeError("CUDA error: an illegal memory access was encountered")
    def odd(): raise KeyError("x")
    def chatty(factor): print("hello"); return {"speedup": 2.0 * factor}
    PROBES = dict(fail=fail, die=die, leave=leave, hang=hang, wrong=wrong, missing=missing, broken=broken, odd=odd,
                  chatty=chatty)
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

    def outcome(self, name, **options):
        return run_probe("fake_probes", name, **options)

    def test_every_end_of_a_child_is_told_apart(self):
        expected = {
            "fail": ("fails cleanly", "NotImplementedError: no such kernel"),
            "die": ("crashes", "SIGABRT"),
            "leave": ("crashes", "exit code 7"),
            "wrong": ("wrong", "off by one"),
            "missing": ("absent", "No module named 'no_such_package'"),
            "broken": ("crashes", "RuntimeError: CUDA error: an illegal memory access was encountered"),
            "odd": ("fails", "KeyError: 'x'"),
        }
        for name, (outcome, detail) in expected.items():
            with self.subTest(name):
                self.assertEqual(self.outcome(name), {"outcome": outcome, "detail": detail})

    def test_a_child_that_hangs_is_stopped(self):
        self.assertEqual(self.outcome("hang", timeout=1)["outcome"], "hangs")

    def test_figures_come_back_past_other_output(self):
        found = self.outcome("chatty", arguments={"factor": 2})
        self.assertEqual(found, {"outcome": "works", "detail": "", "speedup": 4.0})


class Reports(unittest.TestCase):
    def test_the_last_marked_line_counts(self):
        output = f'{MARK}{{"outcome": "works"}}\nnoise\n{MARK}{{"outcome": "wrong"}}\n'
        self.assertEqual(classify(0, output, ""), {"outcome": "wrong"})

    def test_a_probe_may_name_its_own_outcome(self):
        self.assertEqual(outcome_of(lambda: {"outcome": "wrong"}, {})["outcome"], "wrong")

    def test_tables_hold_every_result(self):
        results = [
            {"section": "A", "probe": "x", "outcome": "works", "detail": "", "speedup": 1.234},
            {"section": "B", "probe": "y", "outcome": "crashes", "detail": "a|b"},
        ]
        text = markdown({"versions": {"torch": "9"}, "results": results})
        self.assertIn("torch: 9", text)
        self.assertIn("| x | works | 1.23x |", text)
        self.assertIn("| y | crashes | a\\|b |", text)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
