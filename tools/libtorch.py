#!/usr/bin/env python3
"""Put libtorch's C++ part into a folder: complete, or not at all.

    python libtorch.py PINS DOWNLOADS TARGET

PINS is a requirements file with one sha256 per wheel. The wheels are fetched into DOWNLOADS, unpacked into TARGET.new,
which becomes TARGET by one rename, and deleted.

pip begins an interrupted download again from zero in its next run. So this asks pip where each file is, with the
user's own index, proxy, certificates and credentials, and reads it through pip's session with a Range header into
DOWNLOADS/<sha256>.part. It relies on pip's internals and so runs with the pip pinned in pip.txt.
"""

import hashlib
import os
import re
import shutil
import sys
import time
import zipfile
from pathlib import Path

from pip._internal.cli.cmdoptions import make_target_python
from pip._internal.commands import create_command
from pip._internal.utils.hashes import Hashes
from pip._vendor.packaging.specifiers import SpecifierSet
from pip._vendor.requests import RequestException
from pip._vendor.urllib3.exceptions import HTTPError

# Members that compiling and running on a CPU need. The rest (Python, the CUDA kernels, profiling tools) is 600 MB.
KEPT = re.compile(
    r"torch/include/.*"
    r"|torch/lib/lib(torch_cpu|c10|gomp)\.so.*"
    r"|nvidia/cu13/lib/lib(cudart|cupti)\.so.*"
    r"|[^/]*\.dist-info/(licenses/.*|METADATA)"
)
# The wheels are made for one Python; only their C++ part is used, so the Python that runs this does not matter.
TARGET_PYTHON = ["--only-binary=:all:", "--python-version=3.11", "--implementation=cp"] + [
    f"--platform=manylinux_2_{minor}_x86_64" for minor in (28, 27, 26, 25, 24, 17)
]
ATTEMPTS = 8


def say(text):
    print(f"setup: {text}", flush=True)


def megabytes(count):
    return f"{count / 1e6:.0f} MB"


def read_pins(path):
    """[(name, version specifier, sha256)]"""
    pins = re.findall(r"^([\w.-]+)(==\S+) --hash=sha256:([0-9a-f]{64})$", path.read_text(), re.MULTILINE)
    if not pins:
        raise SystemExit(f"setup: {path}: no pinned wheel in it")
    return pins


def sha256_of(path):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


class Progress:
    """One line that is rewritten on a terminal; in a log a line for each quarter of what is large."""

    def __init__(self, name, done, total):
        self.name, self.total, self.start, self.begun_at = name, total, done, time.monotonic()
        self.terminal = sys.stdout.isatty()
        self.steps = 100 if self.terminal else 4 if total > 50e6 else 1
        self.step = 0

    def show(self, done):
        step = done * self.steps // self.total
        if step == self.step:
            return
        self.step = step
        rate = (done - self.start) / max(time.monotonic() - self.begun_at, 1e-3)
        text = f"{self.name}: {megabytes(done)} of {megabytes(self.total)}, {rate / 1e6:.0f} MB/s"
        if self.terminal:
            print(f"\r\033[Ksetup: {text}", end="" if done < self.total else "\n", flush=True)
        else:
            say(text)


def append_rest(session, url, part, name):
    """Read what is missing of `part`; whatever was read stays when this raises."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with session.get(url, headers=headers, stream=True) as response:
        if response.status_code == 416:  # nothing is missing
            return
        response.raise_for_status()
        if have and response.status_code != 206:
            say(f"{name}: the server cannot continue a download; from the beginning")
            have = 0
        length = int(response.headers.get("Content-Length", 0))
        progress = Progress(name, have, have + length) if length else None
        if have:
            say(f"{name}: continuing after {megabytes(have)}")
        with part.open("ab" if have else "wb") as file:
            # Not response.iter_content: it turns a short read into a complete file.
            while block := response.raw.read(1 << 18):
                file.write(block)
                have += len(block)
                if progress:
                    progress.show(have)
        if progress and have < progress.total:
            raise ConnectionError(f"the connection ended after {megabytes(have)} of {megabytes(progress.total)}")


def fetch(finder, session, name, version, sha256, downloads):
    wheel = downloads / f"{sha256}.whl"
    if wheel.exists() and sha256_of(wheel) == sha256:
        return wheel
    pinned = SpecifierSet(version)
    candidate = finder.find_best_candidate(name, pinned, Hashes({"sha256": [sha256]})).best_candidate
    if candidate is None:
        raise SystemExit(
            f"setup: pip's index has no {name}{version} for x86_64, or cannot be reached; see `pip config list`, "
            "or point CMAKE_PREFIX_PATH at a libtorch of your own"
        )
    part = downloads / f"{sha256}.part"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            append_rest(session, candidate.link.url_without_fragment, part, f"{name}{version}")
            break
        except (RequestException, HTTPError, ConnectionError) as error:
            if attempt == ATTEMPTS:
                raise SystemExit(f"setup: {name}: {error}\nsetup: what was read is kept; run this again to go on") from error
            say(f"{name}: {error}; trying again")
            time.sleep(min(2**attempt, 30))
    if sha256_of(part) != sha256:
        part.unlink()
        raise SystemExit(f"setup: {name}{version}: the file's sha256 is not the pinned one; it was deleted")
    part.rename(wheel)
    return wheel


def unpack(wheels, target, stamp):
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(fresh, [name for name in archive.namelist() if KEPT.fullmatch(name)])
    shutil.copyfile(stamp, fresh / "pins.txt")
    os.sync()
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def main(pins, downloads, target):
    downloads.mkdir(parents=True, exist_ok=True)
    command = create_command("download")
    with command.main_context():
        options, _ = command.parse_args(["--no-cache-dir", *TARGET_PYTHON])
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session, target_python=make_target_python(options))
        wheels = [fetch(finder, session, *pin, downloads) for pin in read_pins(pins)]
    say(f"unpacking into {target}")
    unpack(wheels, target, pins)
    for wheel in wheels:
        wheel.unlink()


if __name__ == "__main__":
    try:
        main(*map(Path, sys.argv[1:]))
    except OSError as error:
        raise SystemExit(f"setup: {error}") from error
    except KeyboardInterrupt:
        raise SystemExit("\nsetup: interrupted; run this again to go on where it was") from None
