#!/usr/bin/env python3
"""Every test and measurement that needs a GPU, in one run of less than 8 minutes, from programs built elsewhere.

    gpu_check.py [--bin FOLDER] [--torch-lib FOLDER] [--out FOLDER] [--archive FILE] [--device cuda:N]
    gpu_check.py --pack FOLDER [--bin FOLDER]

Needs no compiler, no CMake build and nothing of Python but its own library. The first form prints one line for each
check: pass, fail, or not run and why. It goes on after a failure, and leaves reports, profile, plans and what every
program said in --out, with checks.json, and all of it in --archive. Exit code 0; 1 where a check failed; 3 where there
is no GPU that can be used; 2 where the programs are not there.

The second puts the programs, stripped, with the libraries that another machine may lack into FOLDER, and refuses where
that is more than 64 MiB. libtorch does not travel: --torch-lib names the folder of a CUDA build's libraries, else
$MLPLAN_TORCH_LIB, else that of the torch that Python imports.
"""

import argparse
import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ["mlplan", "mlplan-worker", "mlplan-kernels", "mlplan-kernels-nothing"]
TESTS = ["mlplan_kernels_tests"]  # those that have any on a GPU
LARGEST_PACK = 64 << 20
WHOLE_S = 8 * 60
MODELS = {"cnn": "like ResNet-50", "transformer": "a transformer", "recommender": "a recommender"}

# What a card was seen to give, of which mlplan-kernels has to reach NEAR: device copy in bytes/s counted both ways, and
# bf16 matrix product of 8192 cubed in flop/s.
SEEN = {
    "NVIDIA H100 80GB HBM3": (3.0e12, 798e12),
    "NVIDIA H200": (4.3e12, 769e12),
}
NEAR = 0.90
AGREE = 0.02
GPU_PHASES = ["process_start", "framework_start", "cuda_driver", "cuda_libraries", "cuda_context", "torch_cuda_init",
              "file_read", "deserialise", "copy_to_device", "make_input", "first_inference"]


class NotRun(Exception):
    """A check that could not be made, and why."""


class Failed(Exception):
    """A check that was made and did not hold."""


@dataclasses.dataclass
class Ended:
    code: int
    out: str
    err: str
    timed_out: bool = False

    def last_line(self):
        lines = [line for line in (self.err + "\n" + self.out).splitlines() if line.strip()]
        return lines[-1].strip() if lines else f"exit code {self.code}, and not a word"


class GpuCheck:
    def __init__(self, options):
        self.bin = options.bin
        self.out = options.out
        self.device = options.device
        self.torch_lib = options.torch_lib or torch_library_folder()
        if self.torch_lib is not None:
            self.torch_lib = self.torch_lib.resolve()  # programs run in another folder
        self.archive = options.archive
        self.log = self.out / "log"
        self.until = time.monotonic() + WHOLE_S
        self.checks = []
        self.no_gpu = None

    # --- running programs ------------------------------------------------------------------------

    def run(self, name, program, arguments, limit_s, **environment):
        """Runs a program of ours within its time box, and what is left of the whole; all that it says is kept."""
        path = shutil.which(str(program)) if isinstance(program, Path) else shutil.which(program)
        if path is None:
            raise NotRun(f"{program} is not there")
        left = self.until - time.monotonic()
        if left < 5:
            raise NotRun("no time is left of the 8 minutes")
        env = dict(os.environ, **environment)
        folders = [self.bin / "lib"] + cuda_library_folders(self.torch_lib)
        env["LD_LIBRARY_PATH"] = ":".join([*(str(folder) for folder in folders if folder.is_dir()),
                                           *filter(None, [env.get("LD_LIBRARY_PATH")])])
        env["NO_COLOR"] = "1"
        process = subprocess.Popen([path, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=env, cwd=self.out, start_new_session=True, text=True, errors="replace")
        timed_out = False
        try:
            out, err = process.communicate(timeout=min(limit_s, left))
        except subprocess.TimeoutExpired:
            timed_out = True
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
        self.log.mkdir(parents=True, exist_ok=True)
        (self.log / f"{name}.txt").write_text(
            f"$ {path} {' '.join(map(str, arguments))}\nexit code {process.returncode}\n{out}\n--- standard error\n{err}")
        if timed_out and left < limit_s:
            raise NotRun(f"what was left of the 8 minutes, {left:.0f} s, was not enough")
        if timed_out:
            raise Failed(f"it was not done within its {limit_s:.0f} s")
        return Ended(process.returncode, out, err)

    def mlplan(self, name, arguments, limit_s, **environment):
        return self.run(name, self.bin / "mlplan", arguments, limit_s, **environment)

    def torch_flags(self):
        if self.torch_lib is None:
            raise NotRun("no libtorch: --torch-lib FOLDER, or $MLPLAN_TORCH_LIB")
        return ["--torch-lib", self.torch_lib]

    def document(self, name):
        path = self.out / name
        if not path.exists():
            raise NotRun(f"there is no {name}")
        return json.loads(path.read_text())

    # --- checks ----------------------------------------------------------------------------------

    def check(self, name, body):
        """`body` returns what was seen, or raises NotRun or Failed."""
        began = time.monotonic()
        try:
            if self.no_gpu is not None:
                raise NotRun("no GPU")
            verdict, text = "pass", body()
        except NotRun as why:
            verdict, text = "not run", str(why)
        except Failed as why:
            verdict, text = "fail", str(why)
        except (OSError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            verdict, text = "fail", f"{type(error).__name__}: {error}"
        seconds = time.monotonic() - began
        self.checks.append({"name": name, "verdict": verdict, "text": text, "wall_s": round(seconds, 1)})
        print(f"{verdict:8} {name}: {text} ({seconds:.0f} s)", flush=True)

    def programs(self):
        ended = self.mlplan("version", ["version"], 20)
        if ended.code != 0:
            raise Failed(ended.last_line())
        return ended.out.splitlines()[0]

    def gpu(self):
        """Whether a process can get a context; sets no_gpu where not."""
        ended = self.run("gpu", self.bin / "mlplan-kernels", ["--benchmark_filter=gpu/start_context"], 60)
        if ended.code != 0:
            said = re.search(r"ERROR OCCURRED: '(.*)'", ended.out + ended.err)
            if not said:
                raise Failed(ended.last_line())
            self.no_gpu = said.group(1)
            raise NotRun(self.no_gpu)
        if shutil.which("nvidia-smi"):
            self.run("nvidia-smi", "nvidia-smi", ["-q"], 20)
        return "a context can be made"

    def tests(self, program):
        # Those of the stand-ins want a compiler's folder and have run where this was built.
        ended = self.run(program, self.bin / program, ["--test-case=*on a GPU*"], 60)
        found = re.search(r"test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed", ended.out)
        if not found:
            raise Failed(ended.last_line())
        skipped(ended)
        ran, failed = int(found.group(1)), int(found.group(3))
        if ended.code != 0 or failed:
            raise Failed(f"{failed} of {ran} tests failed: log/{program}.txt")
        if ran == 0:
            raise NotRun("it has no test that wants a GPU")
        return f"{ran} tests passed"

    def probe(self):
        ended = self.mlplan("probe", ["probe", "--time-box", "60s", "-q", "-o", "profile.json"], 110)
        if ended.code != 0:
            raise Failed(ended.last_line())
        profile = self.document("profile.json")
        if not profile.get("gpus"):
            raise Failed("the profile has no GPU")
        return f"{profile['gpus'][0]['name']}, {profile['rounds']} rounds, {len(profile['not_measured'])} not measured"

    def measured_gpu(self):
        gpus = self.document("profile.json").get("gpus")
        if not gpus:
            raise NotRun("the profile has no GPU")
        return gpus[0]

    def held_against(self, gpu, which, best, unit):
        if gpu["name"] not in SEEN:
            raise NotRun(f"no reference for a {gpu['name']}: it reached {best / 1e12:.3g} {unit}")
        seen = SEEN[gpu["name"]][which]
        text = f"{best / 1e12:.3g} of {seen / 1e12:.3g} {unit} seen on a {gpu['name']}, {100 * best / seen:.1f} %"
        if best < NEAR * seen:
            raise Failed(text)
        return text

    def device_copy(self):
        gpu = self.measured_gpu()
        return self.held_against(gpu, 0, gpu["memory"]["copy_bytes_per_s"]["best"], "TB/s")

    def product(self):
        gpu = self.measured_gpu()
        for row in gpu["products"]:
            if row["dtype"] == "bf16" and row["flop_per_s"]:
                return self.held_against(gpu, 1, row["flop_per_s"]["best"], "TFLOP/s")
        raise NotRun("no bf16 product was measured")

    def timers(self):
        ended = self.run("timers", self.bin / "mlplan-kernels", ["--compare-gpu-timers"], 60)
        if ended.code != 0:
            raise Failed(ended.last_line())
        times = json.loads(ended.out)
        return agreement(times["events_ns"], times["isolated_ns"], "ns by events", "isolated")

    def sanitizer(self):
        tool = shutil.which("compute-sanitizer") or "/usr/local/cuda/bin/compute-sanitizer"
        if not Path(tool).exists():
            raise NotRun("there is no compute-sanitizer here")
        # It serialises launches, which no gate may stand in front of, and takes long over products, which are cuBLAS's
        # code: the tests that check results, without those.
        ended = self.run("sanitizer", tool,
                         ["--error-exitcode", "9", self.bin / "mlplan_kernels_tests", "--test-case=*on a GPU*",
                          "--test-case-exclude=*gate*,*isolated*,*products*"], 75)
        skipped(ended)
        if ended.code != 0:
            raise Failed(f"exit code {ended.code}: log/sanitizer.txt")
        return "nothing to complain of"

    def sample(self, name):
        ended = self.mlplan(f"sample-{name}", ["sample", name, "--size", "medium", "--force", "-o", f"{name}.pt",
                                               *self.torch_flags()], 30)
        if ended.code != 0:
            raise Failed(ended.last_line())
        return f"{(self.out / f'{name}.pt').stat().st_size / 1e6:.0f} MB, {MODELS[name]}"

    def bench(self, name):
        if not (self.out / f"{name}.pt").exists():
            raise NotRun("there is no such sample")
        arguments = ["bench", f"{name}.pt", "--device", self.device, "--time-box", "40s", "-q", "-o", f"{name}.json",
                     *self.torch_flags()]
        beside = ["--machine", "profile.json"] if (self.out / "profile.json").exists() else []
        ended = self.mlplan(f"bench-{name}", arguments + beside, 75)
        another = ended.code == 2 and beside and "another machine" in ended.err
        if another:  # memory that a virtual machine is given as it uses it
            ended = self.mlplan(f"bench-{name}-alone", arguments, 75)
        if ended.code != 0:
            raise Failed(ended.last_line())
        return self.filled(self.document(f"{name}.json")) + (
            "; the profile is refused as another machine's" if another else "")

    def libraries(self):
        """Into the page cache, so that no first start is one from a cold disk by chance."""
        if self.torch_lib is None:
            raise NotRun("no libtorch: --torch-lib FOLDER, or $MLPLAN_TORCH_LIB")
        until, read = time.monotonic() + 45, 0
        for folder in [self.torch_lib, *cuda_library_folders(self.torch_lib)]:
            for path in sorted(folder.glob("*.so*")):
                with open(path, "rb") as file:
                    while block := file.read(1 << 24):
                        read += len(block)
                        if time.monotonic() > until:
                            raise NotRun(f"{read / 1e9:.1f} GB were read in 45 s, and not all")
        return f"{read / 1e9:.1f} GB"

    @staticmethod
    def filled(report):
        """All that a report from a GPU should have."""
        states = [state for state in report["cold_start"]["states"].values() if state["achieved"]]
        if not states:
            raise Failed("no cold start could be made")
        for state in states:
            there = {phase["name"] for phase in state["phases"]}
            missing = [phase for phase in GPU_PHASES if phase not in there]
            if missing:
                raise Failed(f"a cold start without {', '.join(missing)}")
            if not state.get("copied_bytes"):
                raise Failed("a cold start that copied nothing to the GPU")
        rows = [row for row in report["steady"] if row["latency_ns"]["n"]]
        if not rows:
            raise Failed("no steady state")
        for row in rows:
            if row["concurrency"] == 1 and row["mode"] == "closed" and not row.get("device_ns"):
                raise Failed(f"no times on the GPU at batch {row['batch']}")
        alone = [row for row in rows if row["workers"] == 1 and row["concurrency"] == 1]
        isolated = sum(1 for row in alone if row.get("isolated_ns"))
        first = next(iter(states))["time_to_first_result_ns"]["median"]
        return f"first result {first / 1e9:.2f} s, {len(rows)} steady rows, {isolated} of {len(alone)} isolated"

    def ledger(self, name):
        report = self.document(f"{name}.json")
        gpu = report["memory"].get("gpu")
        if not gpu:
            raise NotRun("the report has no parts of the GPU's memory")
        whole = gpu["process_bytes"].get("median")
        if not whole:
            raise NotRun(gpu.get("not_seen") or "NVML does not say what the process takes")
        said = agreement(sum(part["bytes"]["median"] for part in gpu["parts"]), whole, "bytes of all parts", "in all")
        apart = gpu.get("disagreement")
        if apart is None:
            raise NotRun(f"{said}; nothing else says what the process takes")
        if abs(apart) > AGREE:
            raise Failed(f"{said}, and {abs(apart):.1%} from what NVML's processes or the end of the worker say")
        return f"{said}, {abs(apart):.1%} from what else tells it"

    def gate(self, name):
        self.document(f"{name}.json")
        ended = self.mlplan(f"gate-{name}", ["gate", f"{name}.json", "--max", "cold_start.warm.time_to_first_result=10m"],
                            20)
        if ended.code not in (0, 4):
            raise Failed(ended.last_line())
        return "passed" if ended.code == 0 else "inconclusive, as it should say: few samples"

    def plan(self, name):
        self.document(f"{name}.json")
        ended = self.mlplan(f"plan-{name}", ["plan", f"{name}.json", "--rate", "20/s", "--slo", "p99=2s", "-o",
                                             f"{name}-plan.json"], 30)
        if ended.code == 1:
            plan = self.document(f"{name}-plan.json")
            raise NotRun(f"nothing fits: {plan['infeasible']['because']}")
        if ended.code != 0:
            raise Failed(ended.last_line())
        return self.document(f"{name}-plan.json")["summary"].split(":")[0]

    def all(self):
        self.out.mkdir(parents=True, exist_ok=True)
        try:
            self.check_all()
        finally:  # what was seen by then
            for name in MODELS:
                (self.out / f"{name}.pt").unlink(missing_ok=True)  # made again by the same command
            (self.out / "checks.json").write_text(json.dumps({"checks": self.checks}, indent=2) + "\n")
            if self.archive:
                self.archive.parent.mkdir(parents=True, exist_ok=True)
                with tarfile.open(self.archive, "w:gz") as archive:
                    archive.add(self.out, arcname="gpu-check")
        counts = {verdict: sum(1 for each in self.checks if each["verdict"] == verdict)
                  for verdict in ("pass", "fail", "not run")}
        print(f"{counts['pass']} passed, {counts['fail']} failed, {counts['not run']} not run; "
              f"{self.archive or self.out}")
        if counts["fail"]:
            return 1
        return 3 if self.no_gpu is not None else 0

    def check_all(self):
        self.check("programs", self.programs)
        self.check("a GPU", self.gpu)
        for program in TESTS:
            self.check(f"tests of {program}", lambda program=program: self.tests(program))
        self.check("probe", self.probe)
        self.check("device copy", self.device_copy)
        self.check("bf16 product", self.product)
        self.check("event time beside isolated time", self.timers)
        self.check("libraries read once", self.libraries)
        for name in MODELS:
            self.check(f"sample {name}", lambda name=name: self.sample(name))
            self.check(f"bench {name}", lambda name=name: self.bench(name))
            self.check(f"memory of {name} adds up", lambda name=name: self.ledger(name))
            self.check(f"gate on {name}", lambda name=name: self.gate(name))
            self.check(f"plan for {name}", lambda name=name: self.plan(name))
        self.check("compute-sanitizer", self.sanitizer)


def skipped(ended):
    """A test that finds no GPU says so and passes."""
    if found := re.search(r"not run: .*", ended.out + ended.err):
        raise NotRun(found.group(0).removeprefix("not run: "))


def cuda_library_folders(torch_lib):
    """CUDA's libraries as wheels have them, beside torch's own."""
    return sorted(torch_lib.parent.parent.glob("nvidia/*/lib")) if torch_lib else []


def agreement(a, b, of_a, of_b):
    text = f"{a:.4g} {of_a}, {b:.4g} {of_b}: {100 * abs(a / b - 1):.2f} % apart"
    if abs(a / b - 1) > AGREE:
        raise Failed(text)
    return text


def torch_library_folder():
    if folder := os.environ.get("MLPLAN_TORCH_LIB"):
        return Path(folder)
    ask = "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
    found = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False).stdout.strip()
    return Path(found) / "lib" if found else None


# Of every Linux that libtorch runs on.
EVERYWHERE = re.compile(r"^(lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so|ld-linux|linux-vdso|lib(torch|c10|cudart|cupti|gomp))")


def libraries_of(program):
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    for name, path in re.findall(r"^\s*(\S+) => (/\S+)", listed, re.MULTILINE):
        if not EVERYWHERE.match(name):
            yield name, Path(path)


def pack(binaries, folder):
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "lib" / "mlplan").mkdir(parents=True)
    for name in PROGRAMS + TESTS:
        source = binaries / name
        if not source.exists():
            print(f"gpu_check: {source} is not there: build it first (make all)", file=sys.stderr)
            return 2
        shutil.copy2(source, folder / name)
        subprocess.run(["strip", folder / name], check=False)
        for library, path in libraries_of(source):
            if not (folder / "lib" / library).exists():
                shutil.copy2(path, folder / "lib" / library)
    shutil.copy2(Path(__file__), folder / "gpu_check.py")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size > LARGEST_PACK:
        print(f"gpu_check: {size / 2**20:.1f} MiB is more than the {LARGEST_PACK >> 20} MiB that travel",
              file=sys.stderr)
        return 1
    print(f"{folder}: {size / 2**20:.1f} MiB; there: python3 {folder.name}/gpu_check.py --torch-lib FOLDER, or "
          "make gpu-check in a checkout with it in build/gpu-pack")
    return 0


def main():
    places = [Path(__file__).resolve().parent, ROOT / "build/release/bin", ROOT / "build/gpu-pack"]
    usual = next((place for place in places if (place / "mlplan").exists()), places[1])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=usual, help="where the programs are")
    parser.add_argument("--torch-lib", type=Path, help="libraries of a CUDA build of libtorch")
    parser.add_argument("--out", type=Path, default=ROOT / "build/gpu-check", help="for reports and what was said")
    parser.add_argument("--archive", type=Path, help="all of that in one .tar.gz ($OUT/gpu-check.tar.gz where OUT is set)")
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--pack", type=Path, metavar="FOLDER", help="put together what has to travel, and end")
    options = parser.parse_args()
    options.bin = options.bin.resolve()
    options.out = options.out.resolve()
    if options.archive is None and os.environ.get("OUT"):
        options.archive = Path(os.environ["OUT"]) / "gpu-check.tar.gz"
    if options.archive is not None:
        options.archive = options.archive.resolve()
    if options.pack:
        return pack(options.bin, options.pack.resolve())
    if not (options.bin / "mlplan").exists():
        print(f"gpu_check: there is no mlplan in {options.bin}: --bin FOLDER", file=sys.stderr)
        return 2
    return GpuCheck(options).all()


if __name__ == "__main__":
    sys.exit(main())
