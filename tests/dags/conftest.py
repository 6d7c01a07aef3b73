import shutil
from pathlib import Path

import airflow_home
import pytest

ROOT = airflow_home.ROOT


@pytest.fixture(scope="session")
def bag():
    """Return the DAGs of the checkout, as Airflow's DAG processor would make them."""
    return load_dags()


@pytest.fixture(scope="session")
def airflow_db():
    from airflow.utils.db import initdb  # noqa: PLC0415 - after the environment is set

    initdb()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a configuration of the checkout's rules and providers without its sources, and a state of its own."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "include" / "config", config, ignore=shutil.ignore_patterns("sources"))
    (config / "sources").mkdir()
    monkeypatch.setenv("LEADMILL_ROOT", str(ROOT))
    monkeypatch.setenv("LEADMILL_CONFIG", str(config))
    monkeypatch.setenv("LEADMILL_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("LEADMILL_REGISTRY", raising=False)
    return Tiny(tmp_path, config / "sources")


class Tiny:
    """A project of a few small lists."""

    def __init__(self, folder: Path, sources: Path) -> None:
        self.folder = folder
        self.sources = sources
        self.state = folder / "state"

    def source(self, name: str, rows: list[str], contract: str = "{}") -> None:
        """Add a source with one delivery: full name, e-mail, company."""
        delivery = self.folder / f"{name}.csv"
        delivery.write_text("\n".join(["Name,Mail,Firm", *rows]) + "\n", encoding="utf-8")
        self.yaml(
            name,
            f"title: List {name}\nkind: list\ndeliveries: {delivery}\n"
            f"columns: {{full_name: Name, email: Mail, company_name: Firm}}\ncontract: {contract}\n",
        )

    def yaml(self, name: str, text: str) -> None:
        """Write a source file as it is given."""
        (self.sources / f"{name}.yaml").write_text(text, encoding="utf-8")

    def dags(self) -> dict:
        """Return the DAGs of this project."""
        loaded = load_dags()
        assert loaded.import_errors == {}
        return loaded.dags


def load_dags():
    from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415 - after the environment is set

    return DagBag(dag_folder=str(ROOT / "dags"))
