"""docker-compose.yml cannot be started by these tests, so what can be checked without Docker is."""

import ast
import re
import textwrap

import pytest
from airflow_home import ROOT
from ruamel.yaml import YAML

TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = YAML(typ="safe", pure=True).load(TEXT)
SERVICES = COMPOSE["services"]
LASTING = {name: service for name, service in SERVICES.items() if name != "init"}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
EXAMPLE = dict(line.split("=", 1) for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines() if line and line[0] != "#")


def test_every_folder_it_mounts_and_every_file_it_copies_exists():
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"] if volume.startswith(".")}
    copied = {name for line in re.findall(r"^COPY --chown=\S+ (.*) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()}

    assert {"./dags", "./plugins", "./include"} <= mounted
    assert {"requirements.txt", "constraints.txt", "include", "dags", "plugins"} <= copied
    assert [name for name in mounted | copied if not (ROOT / name).exists()] == []


def test_every_volume_it_names_is_declared():
    named = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"] if not volume.startswith((".", "/"))}

    assert named == set(COMPOSE["volumes"])


def test_every_variable_is_explained_in_the_example():
    assert set(re.findall(r"\$\{(\w+)", TEXT)) == set(EXAMPLE)


def test_no_secret_is_in_the_files_and_none_has_a_default():
    """A default password is a password everybody knows."""
    secret = [name for name in EXAMPLE if name != "AIRFLOW_UID"]

    assert {EXAMPLE[name] for name in secret} == {""}
    assert set(re.findall(r"\$\{(\w+):\?", TEXT)) == set(secret)
    assert [line for line in TEXT.splitlines() if re.search(r"(PASSWORD|SECRET|KEY)\w*: (?!\$\{)", line)] == []
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_image_is_the_airflow_of_the_requirements():
    (version,) = re.findall(r"^apache-airflow==(\S+)$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)

    assert f"FROM apache/airflow:{version}-python3.12" in DOCKERFILE


@pytest.mark.parametrize("name", LASTING)
def test_what_keeps_running_is_watched_and_restarted(name):
    assert LASTING[name]["healthcheck"]["test"]
    assert LASTING[name]["restart"] == "unless-stopped"


def test_the_parts_are_those_of_airflow_and_wait_for_the_databases():
    parts = {name: service["command"] for name, service in SERVICES.items() if name not in ("postgres", "init")}

    assert parts == {"api-server": "api-server", "scheduler": "scheduler", "dag-processor": "dag-processor"}
    assert {SERVICES[name]["depends_on"]["init"]["condition"] for name in parts} == {"service_completed_successfully"}
    assert SERVICES["init"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_only_this_machine_can_reach_the_ui():
    assert [port for service in SERVICES.values() for port in service.get("ports", [])] == ["127.0.0.1:8080:8080"]


def test_the_script_that_makes_the_second_database_is_python():
    (script,) = re.findall(r"<<'SQL'\n(.*?)\n\s*SQL\n", SERVICES["init"]["command"][0], re.DOTALL)

    ast.parse(textwrap.dedent(script))
