"""What a person asks for by a form: refused rows out, corrected rows in, a claim pack. Through Airflow, end to end."""

import json
from pathlib import Path

import openpyxl
import pytest

from leadmill import pipeline

pytestmark = pytest.mark.airflow

GOOD = ["Ann Lee,ann@leepaper.example,Lee Paper Ltd"]
BAD = ["Bob Ray,bob at raysteel,Ray Steel Ltd", "Cid Low,cid at lowmill,Low Mill Ltd"]
REFUSE_BAD_MAIL = "{rows: [{id: email_wrong, expectation: expect_column_values_to_look_like_email, column: email}]}"
SALE = """\
vendor: Fleet Lists Ltd
purchased: 2026-12-01
price_per_row: "0.50"
currency: EUR
return_window_days: 30
criteria:
  - {id: usable, promise: Every row can be used, kind: usable}
"""


def told(run, task: str) -> dict:
    """Return what a task handed on."""
    return run.get_task_instance(task).xcom_pull(task_ids=task)


@pytest.fixture
def dags(project, airflow_db):
    """Take in a list with two refused rows, and write down under which contract it was sold."""
    project.source("fleet", [*GOOD, *BAD], REFUSE_BAD_MAIL)
    contracts = project.sources.parent / "contracts"
    contracts.mkdir(exist_ok=True)
    (contracts / "fleet.yaml").write_text(SALE, encoding="utf-8")
    found = project.dags()
    assert found["intake_fleet"].test().state == "success"
    return found


def correct(workbook: Path, was: str, becomes: str) -> Path:
    """Correct one cell of an exported workbook, as a person would."""
    book = openpyxl.load_workbook(workbook)
    for row in book.active.iter_rows():
        for cell in row:
            if cell.value == was:
                cell.value = becomes
    target = workbook.with_name("corrected.xlsx")
    book.save(target)
    return target


def test_refused_rows_go_out_are_corrected_and_come_back_in(dags, project):
    exported = dags["quarantine_export"].test(run_conf={"source": "fleet"})
    out = told(exported, "export")
    file = correct(Path(out["file"]), "bob at raysteel", "bob@raysteel.example")

    replayed = dags["quarantine_replay"].test(run_conf={"source": "fleet", "file": str(file)})
    back = told(replayed, "replay")

    assert (exported.state, out["rows"], replayed.state) == ("success", 2, "success")
    assert (back["tally"]["accepted"], back["tally"]["received"], back["unchanged"]) == (1, 1, 1)


def test_both_attempts_stay_in_the_lineage_and_the_night_takes_the_second(dags, project):
    out = told(dags["quarantine_export"].test(run_conf={"source": "fleet"}), "export")
    file = correct(Path(out["file"]), "bob at raysteel", "bob@raysteel.example")
    back = told(dags["quarantine_replay"].test(run_conf={"source": "fleet", "file": str(file)}), "replay")
    night = dags["nightly"].test()

    with pipeline.open_mill() as mill:
        (line,) = mill.lake.read("lineage", "fleet", back["delivery_id"]).to_pylist()
        ended = {row["record_id"]: row["status"] for row in mill.registry.records.table().to_pylist()}
    assert (ended[line["replay_of"]], ended[line["record_id"]], line["changed"]) == ("quarantined", "accepted", ["Mail"])
    assert (night.state, told(night, "report")["persons"]) == ("success", 2)


def test_a_replay_of_a_file_that_is_not_there_fails_at_once(dags, project):
    run = dags["quarantine_replay"].test(run_conf={"source": "fleet", "file": "nowhere.xlsx"})

    (task,) = run.get_task_instances()
    assert (run.state, task.state, task.try_number) == ("failed", "failed", 1)


def test_a_claim_pack_is_written_from_a_form_and_verifies(dags, project):
    from leadmill.validate import verify  # noqa: PLC0415 - heavy

    run = dags["claims"].test(run_conf={"source": "fleet"})
    pack = told(run, "claims")

    assert (run.state, pack["rows"], pack["amount"], pack["currency"]) == ("success", 2, "1.0000", "EUR")
    assert verify(Path(pack["folder"])) == []
    assert project.state in Path(pack["folder"]).parents


@pytest.mark.parametrize(("dag", "conf"), [("quarantine_replay", {"source": "fleet"}), ("claims", {}), ("claims", {"source": "nobody"})])
def test_a_form_that_lacks_what_it_needs_is_refused(dags, dag, conf):
    from airflow.sdk.exceptions import ParamValidationError  # noqa: PLC0415 - after the environment is set

    with pytest.raises(ParamValidationError):
        dags[dag].test(run_conf=conf)


def test_what_the_forms_hand_on_holds_no_cell_of_the_list(dags, project):
    out = dags["quarantine_export"].test(run_conf={"source": "fleet"})
    claimed = dags["claims"].test(run_conf={"source": "fleet"})

    handed_on = json.dumps([told(out, "export"), told(claimed, "claims")])
    assert [cell for row in [*GOOD, *BAD] for cell in row.split(",") if cell in handed_on] == []
