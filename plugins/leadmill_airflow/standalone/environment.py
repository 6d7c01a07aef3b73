"""The settings of the Airflow we start: everything inside the checkout, nothing inherited from an Airflow that may be around."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

HOST = "127.0.0.1"
DROPPED = ("AIRFLOW", "PYTHONDONTWRITEBYTECODE")  # the second makes every start of Airflow half a minute long


def environment(root: Path, home: Path, port: int, log_port: int, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of every Airflow process: `root` is the checkout, `home` becomes AIRFLOW_HOME."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(DROPPED)}
    url = f"http://{HOST}:{port}"
    paths = [str(root / "include"), str(root / "plugins")]
    return kept | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)]),
        "PYTHONPATH": os.pathsep.join(paths),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(root / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(root / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__MAXIMUM_PAGE_LIMIT": "1000",
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(32),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(log_port),
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",  # else a run the calendar starts meanwhile takes what this night came for
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",
    }


def free_port(wanted: int | None = None) -> int:
    """Return `wanted` or the next of the hundred ports above it that is free; without a wish, any free one."""
    for port in range(wanted, wanted + 100) if wanted else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no free port from {wanted} on")
