# Airflow with Leadmill in it: the locked packages of constraints.txt and nothing else. Build: docker compose build
FROM apache/airflow:3.3.2-python3.12

USER root
RUN install -d -o airflow -g 0 /opt/leadmill /opt/leadmill/state
USER airflow
WORKDIR /opt/leadmill
COPY --chown=airflow:0 requirements.txt constraints.txt pyproject.toml README.md LICENSE ./
COPY --chown=airflow:0 include include
RUN pip install --no-cache-dir -r requirements.txt -c constraints.txt -e .
COPY --chown=airflow:0 dags dags
COPY --chown=airflow:0 plugins plugins

ENV PYTHONPATH=/opt/leadmill/include:/opt/leadmill/plugins \
    LEADMILL_ROOT=/opt/leadmill \
    LEADMILL_STATE=/opt/leadmill/state
