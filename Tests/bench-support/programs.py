"""The programs that are measured: found, built or installed, or left out with a message."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SUPPORT = Path(__file__).resolve().parent
ROOT = SUPPORT.parent.parent
VENV = ROOT / ".venv"
TOKEN = "sk-apik_benchmark"


class Missing(Exception):
    """What is needed and not there; the message says how to get it."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def find(program: str, package: str) -> str:
    """The path of `program`."""
    # Servers are in /usr/sbin, which a user's PATH may lack.
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not found:
        raise Missing(f"{program} is missing; on Debian: apt-get install {package}")
    return found


def need(program: str, package: str) -> str:
    """The path of `program`; installs Debian's `package` first when it is missing and that is possible."""
    try:
        return find(program, package)
    except Missing:
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise
    say(f"installing {package} with apt-get")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    for command in (install, ["apt-get", "update", "-qq"], install):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(command, env=environment, capture_output=True, timeout=600)
        if shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin"):
            break
    return find(program, package)


def binary(path: str = "") -> Path:
    """The binary under test: `path`, or the release build of this checkout."""
    file = Path(path).resolve() if path else ROOT / ".build" / "release" / "engagement-rpc"
    if not os.access(file, os.X_OK):
        raise Missing(f"{file} is missing; build it with: swift build -c release")
    return file


def build_c(work: Path, name: str, *libraries: str, find=need) -> Path:
    """Compiles `name`.c. `find` says whether a missing compiler is installed."""
    compiler, out = find("gcc", "gcc"), work / name
    command = [compiler, "-O2", "-o", str(out), str(SUPPORT / f"{name}.c"), *libraries]
    built = subprocess.run(command, capture_output=True, text=True)
    if built.returncode and "curl/curl.h" in built.stderr:
        find("curl-config", "libcurl4-openssl-dev")
        built = subprocess.run(command, capture_output=True, text=True)
    if built.returncode:
        raise Missing(f"{name}.c does not compile (gcc, libc6-dev, libcurl4-openssl-dev):\n{built.stderr[-800:]}")
    return out


def build_go(work: Path) -> Path:
    go = shutil.which("go")
    if not go:
        raise Missing("go is missing; on Debian: apt-get install golang-go")
    environment = {**os.environ, "GOFLAGS": "", "GO111MODULE": "off", "GOCACHE": str(work / "go-cache")}
    command = [go, "build", "-o", str(work / "bridge"), str(SUPPORT / "bridge.go")]
    built = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=work)
    if built.returncode:
        raise Missing(f"bridge.go does not compile:\n{built.stderr[-800:]}")
    return work / "bridge"


def venv_python(package: str, upgrade: bool = False) -> Path:
    """A Python in .venv that has `package` from PyPI."""
    python = VENV / "bin" / "python"
    if not os.path.exists(python):
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
        if made.returncode:
            said = (made.stdout + made.stderr).strip().splitlines()[-1:]
            raise Missing(f".venv can't be made (on Debian: apt-get install python3-venv): {''.join(said)}")
    command = [str(python), "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--retries", "1"]
    command += ["--timeout", "20", *(["--upgrade"] if upgrade else []), package]
    try:
        installed = subprocess.run(command, capture_output=True, text=True, timeout=180)
        problem = installed.stderr.strip().splitlines()[-1:] if installed.returncode else []
    except subprocess.TimeoutExpired:
        problem = ["no answer from PyPI"]
    if problem and subprocess.run([str(python), "-c", f"import {package}"], capture_output=True).returncode:
        raise Missing(f"{package} can't be had from PyPI: {problem[0]}")
    return python


def environment_python(name: str, *wanted: str) -> Path:
    """The Python of .venv/`name`, which Tests/python-environment makes to hold what is wanted."""
    script = 'mkdir -p .venv && source Tests/python-environment && environment "$@"'
    made = subprocess.run(["bash", "-c", script, "bash", name, *wanted], cwd=ROOT, capture_output=True, text=True)
    if made.returncode:
        raise Missing(f"{' '.join(wanted)} can't be had from PyPI: {''.join(made.stderr.strip().splitlines()[-1:])}")
    return VENV / name / "bin" / "python"


def newest_libcurl(work: Path) -> str:
    """An LD_LIBRARY_PATH under which a program that wants libcurl.so.4 gets the one of PyPI's pycurl wheel."""
    python = venv_python("pycurl", upgrade=True)
    find = "import pathlib, pycurl; print(pathlib.Path(pycurl.__file__).resolve())"
    module = Path(subprocess.run([str(python), "-c", find], capture_output=True, text=True, check=True).stdout.strip())
    for site in (module.parent, module.parent.parent):
        for libraries in (site / "pycurl.libs", site / ".libs"):
            for library in sorted(libraries.glob("libcurl*.so.4*")):
                links = work / "newest-libcurl"
                links.mkdir(exist_ok=True)
                (links / "libcurl.so.4").symlink_to(library)
                return f"{links}:{libraries}"
    raise Missing("PyPI's pycurl wheel for this platform carries no libcurl")


def environment(base: str = "", library_path: str = "") -> dict:
    """For every measured program: no proxies, no settings of the user's own."""
    kept = {
        name: value for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith(("ENGAGEMENT_RPC_", "SSL_CERT_"))
        and name != "LD_LIBRARY_PATH"
    }
    if base:
        kept.update(ENGAGEMENT_RPC_BASE_URL=base, ENGAGEMENT_RPC_TOKEN=TOKEN)
    if library_path:
        kept["LD_LIBRARY_PATH"] = library_path
    return kept
