"""An Airflow of the tests' own: nothing of the machine's, nothing of the checkout's. Import this before the first `import airflow`."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOME = Path(tempfile.mkdtemp(prefix="leadmill-airflow-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

for key in [key for key in os.environ if key.startswith("AIRFLOW")]:
    del os.environ[key]
os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
    "AIRFLOW__API_AUTH__JWT_SECRET": "a secret of the tests' own, long enough for the signature " * 2,
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME / 'airflow.db'}",
}
