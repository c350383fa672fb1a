"""What tools/gpu_check.py makes of what programs say: stand-ins for those, and the real ones where there is no GPU.

    gpu_check_test.py BIN     the folder of the programs that were built
"""

import importlib.util
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "tools/gpu_check.py"
SPEC = importlib.util.spec_from_file_location("gpu_check", SCRIPT)
gpu_check = importlib.util.module_from_spec(SPEC)
sys.dont_write_bytecode = True
sys.modules["gpu_check"] = gpu_check
SPEC.loader.exec_module(gpu_check)
BIN = None

# A program that stands in for all of ours: what it says of each command is in answers.json beside it.
STAND_IN = """#!{python}
import json, sys
from pathlib import Path
answers = json.loads((Path(__file__).parent / "answers.json").read_text())
words = [Path(sys.argv[0]).name, *sys.argv[1:]]
for key, answer in answers.items():
    if all(any(part in word for word in words) for part in key.split()):
        break
else:
    sys.exit("nobody answers " + " ".join(words))
if "-o" in words and "file" in answer:
    Path(words[words.index("-o") + 1]).write_text(json.dumps(answer["file"]))
print(answer.get("out", ""))
print(answer.get("err", ""), file=sys.stderr)
sys.exit(answer.get("code", 0))
"""


def stat(median, n=5):
    return {"median": median, "n": n}


def report(phases=tuple(gpu_check.GPU_PHASES), copied=64):
    row = {"batch": 1, "workers": 1, "concurrency": 1, "mode": "closed", "latency_ns": stat(2e6),
           "device_ns": stat(1e6), "isolated_ns": stat(9e5)}
    state = {"achieved": True, "phases": [{"name": name} for name in phases], "copied_bytes": copied,
             "time_to_first_result_ns": stat(3e9)}
    return {"cold_start": {"states": {"warm": state}}, "memory": {"ledger": []}, "steady": [row]}


def profile(copy=3.1e12, product=790e12, name="NVIDIA H100 80GB HBM3"):
    return {"rounds": 1, "not_measured": [],
            "gpus": [{"name": name, "memory": {"copy_bytes_per_s": {"best": copy}},
                      "products": [{"dtype": "bf16", "flop_per_s": {"best": product}}]}]}


def answers():
    return {
        "mlplan-kernels --compare-gpu-timers": {"out": '{"events_ns": 1000000, "isolated_ns": 1010000}'},
        "mlplan-kernels start_context": {"out": "gpu/start_context"},
        "mlplan_kernels_tests": {"out": "[doctest] test cases:  6 |  6 passed | 0 failed | 40 skipped"},
        "mlplan version": {"out": "mlplan 1"},
        "mlplan probe": {"file": profile()},
        "mlplan sample": {"file": "a model"},
        "mlplan bench": {"file": report()},
        "mlplan gate": {},
        "mlplan plan": {"file": {"summary": "Buy 1 p5.4xlarge: $6.88 an hour"}},
    }


class WithStandIns(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.bin = Path(self.folder.name) / "bin"
        self.bin.mkdir()
        for name in gpu_check.PROGRAMS + gpu_check.TESTS:
            program = self.bin / name
            program.write_text(STAND_IN.format(python=sys.executable))
            program.chmod(0o755)

    def check(self, said):
        (self.bin / "answers.json").write_text(json.dumps(said))
        out = Path(self.folder.name) / "out"
        ended = subprocess.run([sys.executable, SCRIPT, "--bin", self.bin, "--out", out, "--torch-lib", "torch/lib", "--archive", out.parent / "all.tar.gz"],
                               capture_output=True, text=True, check=False, cwd=self.folder.name)
        checks = {each["name"]: each for each in json.loads((out / "checks.json").read_text())["checks"]}
        self.assertEqual(len(checks), len(ended.stdout.splitlines()) - 1, ended.stdout)
        return ended, checks, out

    def verdict(self, checks, name):
        return checks[name]["verdict"], checks[name]["text"]

    def test_all_that_holds_passes_and_leaves_what_is_to_be_kept(self):
        ended, checks, out = self.check(answers())
        failed = [each for each in checks.values() if each["verdict"] == "fail"]
        self.assertEqual(failed, [])
        self.assertEqual(ended.returncode, 0, ended.stdout)
        for name in ("device copy", "bf16 product", "event time beside isolated time", "bench cnn",
                     "plan for recommender"):
            self.assertEqual(checks[name]["verdict"], "pass", checks[name])
        for name in ("profile.json", "cnn.json", "transformer.json", "recommender.json", "cnn-plan.json",
                     "log/bench-cnn.txt"):
            self.assertTrue((out / name).exists(), name)
        self.assertFalse((out / "cnn.pt").exists())
        self.assertIn(f"--torch-lib {Path(self.folder.name).resolve() / 'torch/lib'}",
                      (out / "log/bench-cnn.txt").read_text())
        with tarfile.open(out.parent / "all.tar.gz") as archive:
            for name in ("checks.json", "profile.json", "cnn.json", "log/bench-cnn.txt"):
                self.assertIn(f"gpu-check/{name}", archive.getnames())

    def test_what_does_not_hold_fails_and_the_rest_goes_on(self):
        said = answers()
        said["mlplan-kernels --compare-gpu-timers"]["out"] = '{"events_ns": 1000000, "isolated_ns": 1030000}'
        said["mlplan probe"]["file"] = profile(copy=2.6e12)
        said["mlplan bench"]["file"] = report(phases=gpu_check.GPU_PHASES[:-1])
        said["mlplan_kernels_tests"] = {"out": "[doctest] test cases:  6 |  5 passed | 1 failed | 40 skipped", "code": 1}
        ended, checks, _ = self.check(said)
        self.assertEqual(ended.returncode, 1)
        for name, part in (("event time beside isolated time", "2.91 % apart"), ("device copy", "86.7 %"),
                           ("bench transformer", "without first_inference"),
                           ("tests of mlplan_kernels_tests", "1 of 6")):
            verdict, text = self.verdict(checks, name)
            self.assertEqual(verdict, "fail", name)
            self.assertIn(part, text)
        self.assertEqual(checks["bf16 product"]["verdict"], "pass")
        self.assertEqual(checks["plan for cnn"]["verdict"], "pass")

    def test_a_card_without_a_reference_is_told_and_no_failure(self):
        said = answers()
        said["mlplan probe"]["file"] = profile(name="NVIDIA L4")
        said["mlplan_kernels_tests"]["out"] = "[doctest] test cases:  0 |  0 passed | 0 failed | 40 skipped"
        ended, checks, _ = self.check(said)
        self.assertEqual(ended.returncode, 0)
        self.assertEqual(checks["device copy"]["verdict"], "not run")
        self.assertIn("no reference for a NVIDIA L4", checks["device copy"]["text"])
        self.assertEqual(checks["tests of mlplan_kernels_tests"]["verdict"], "not run")

    def test_parts_of_the_memory_are_held_against_the_whole(self):
        for parts, apart, verdict in ((100, 0.01, "pass"), (95, 0.01, "fail"), (100, 0.05, "fail"), (100, None, "not run")):
            said = answers()
            said["mlplan bench"]["file"] = report()
            said["mlplan bench"]["file"]["memory"]["gpu"] = {
                "process_bytes": stat(100), "disagreement": apart, "not_seen": "",
                "parts": [{"name": "context", "bytes": stat(40)}, {"name": "rest", "bytes": stat(parts - 40)}]}
            _, checks, _ = self.check(said)
            self.assertEqual(checks["memory of cnn adds up"]["verdict"], verdict, checks)

    def test_without_a_gpu_nothing_is_run_and_the_exit_code_is_its_own(self):
        said = answers()
        said["mlplan-kernels start_context"] = {"code": 3, "out": "gpu/x ERROR OCCURRED: 'no NVIDIA driver: of a test'"}
        ended, checks, _ = self.check(said)
        self.assertEqual(ended.returncode, 3)
        self.assertIn("no NVIDIA driver: of a test", checks["a GPU"]["text"])
        others = [each for name, each in checks.items() if name not in ("programs", "a GPU")]
        self.assertTrue(others)
        for each in others:
            self.assertEqual((each["verdict"], each["text"]), ("not run", "no GPU"))

    def test_tests_that_find_no_gpu_have_not_passed(self):
        said = answers()
        said["mlplan_kernels_tests"]["out"] = "not run: no context\n" + said["mlplan_kernels_tests"]["out"]
        ended, checks, _ = self.check(said)
        self.assertEqual(ended.returncode, 0)
        self.assertEqual(self.verdict(checks, "tests of mlplan_kernels_tests"), ("not run", "no context"))

    def test_a_program_that_does_not_start_is_a_failure_and_no_lack_of_a_gpu(self):
        said = answers()
        said["mlplan-kernels start_context"] = {"code": 127, "err": "libbenchmark.so.1: cannot open shared object file"}
        ended, checks, _ = self.check(said)
        self.assertEqual(ended.returncode, 1)
        self.assertEqual(checks["a GPU"]["verdict"], "fail")
        self.assertEqual(checks["probe"]["verdict"], "pass")

    def test_a_profile_that_is_refused_leaves_the_reports(self):
        said = answers()
        said = {"mlplan bench --machine": {"code": 2, "err": "profile.json: of another machine"}, **said}
        _, checks, _ = self.check(said)
        self.assertEqual(checks["bench cnn"]["verdict"], "pass")
        self.assertIn("another machine", checks["bench cnn"]["text"])

    def test_a_program_that_hangs_is_ended_at_its_limit(self):
        options = type("Options", (), {"bin": self.bin, "out": self.bin, "device": "cuda:0", "torch_lib": self.bin,
                                          "archive": None})
        check = gpu_check.GpuCheck(options)
        with self.assertRaisesRegex(gpu_check.Failed, "not done within"):
            check.run("sleep", "sleep", ["60"], 0.2)
        check.until = time.monotonic() + 5.3
        with self.assertRaisesRegex(gpu_check.NotRun, "was not enough"):
            check.run("sleep", "sleep", ["60"], 30)
        check.until = 0
        with self.assertRaisesRegex(gpu_check.NotRun, "no time is left"):
            check.run("true", "true", [], 1)

    def test_programs_that_are_missing_are_named(self):
        (self.bin / "mlplan-worker").unlink()
        ended = subprocess.run([sys.executable, SCRIPT, "--bin", self.bin, "--pack", Path(self.folder.name) / "pack"],
                               capture_output=True, text=True, check=False)
        self.assertEqual(ended.returncode, 2)
        self.assertIn("mlplan-worker is not there", ended.stderr)


class WithTheProgramsThatWereBuilt(unittest.TestCase):
    def test_what_travels_is_small_and_says_what_is_missing_where_there_is_no_gpu(self):
        with tempfile.TemporaryDirectory() as folder:
            pack, out = Path(folder) / "pack", Path(folder) / "out"
            packed = subprocess.run([sys.executable, SCRIPT, "--bin", BIN, "--pack", pack], capture_output=True,
                                    text=True, check=False)
            self.assertEqual(packed.returncode, 0, packed.stderr)
            environment = dict(os.environ, OUT=str(out), CUDA_VISIBLE_DEVICES="")  # even where there is one
            ended = subprocess.run([sys.executable, pack / "gpu_check.py"], capture_output=True, text=True, check=False,
                                   env=environment)
            self.assertEqual(ended.returncode, 3, ended.stdout + ended.stderr)
            self.assertIn("pass     programs: mlplan ", ended.stdout)
            self.assertRegex(ended.stdout, "not run  a GPU: (there is no NVIDIA driver|the NVIDIA driver shows no device|this build has no CUDA)")
            self.assertIn("not run  bench cnn: no GPU", ended.stdout)


if __name__ == "__main__":
    BIN = Path(sys.argv.pop(1)).resolve()
    unittest.main()
