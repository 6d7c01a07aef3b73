"""Review of pairs: after every night that looked, a person is asked about pairs of rows that no rule and no model can decide.

Nothing waits for the answer: until there is one, the two rows are two persons. An answer counts from the next night on, for ever.
"""

from airflow.sdk import Asset, dag

from leadmill_airflow import review
from leadmill_airflow.names import PAIRS, REVIEW
from leadmill_airflow.retry import DEFAULTS


@dag(
    dag_id=REVIEW,
    schedule=[Asset(PAIRS)],
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    description="Pairs of rows that may be one person: a person says yes or no.",
    doc_md=__doc__,
    tags=["matching"],
)
def review_pairs() -> None:
    """Hand out, ask, take in."""
    handed = review.hand_out()
    review.take_in(handed, review.PairReview(waiting=handed).output)


review_pairs()
