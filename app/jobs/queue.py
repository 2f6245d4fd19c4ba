"""The queue of work that happens later, on its own connections to the service's database."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import structlog
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import DeleteJobCondition, Job, Status

QUEUE = "later"
CONCURRENCY = 8

log = structlog.get_logger()

_STUCK = """
    SELECT job.id FROM procrastinate_jobs job
      JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'started'
     WHERE job.status = 'doing'
     GROUP BY job.id
    HAVING max(event.at) < now() - make_interval(secs => %(seconds)s)
"""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the worker waits for what, in seconds."""

    heartbeat: float = 2.0
    dead_after: float = 10.0
    """Without a heartbeat for so long, a worker is dead and its jobs are taken up again."""
    stuck_after: float = 300.0
    """No job takes so long; one that does has lost its worker's word that it ended."""
    first_retry: float = 2.0
    longest_retry: float = 6 * 3600.0
    first_rest: float = 1.0
    """So long no mail goes to a domain, or server, that asked for patience; then three times as
    long after each further refusal."""
    longest_rest: float = 3600.0
    longest_outage: float = 60.0
    """No rest of the mail server itself is longer."""
    shutdown: float = 25.0
    """A stopping worker lets its jobs end for so long."""


class TryLater(Exception):
    """The work could not be done now and shall be tried again after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(f"in {wait.total_seconds():.1f} s")


class Again(BaseRetryStrategy):
    """Every job is tried until it is done: what gives up, and when, is the work's own matter."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        wait = timedelta(seconds=min(60, 2**job.attempts))
        if isinstance(exception, TryLater):
            wait = exception.wait
        return RetryDecision(retry_at=_database_time() + wait)


def make_queue(address: str) -> App:
    """The queue in the database at `user:password@host:port/name`; open it before use.

    Its pool connects when first needed, so a worker can start before its database.
    """
    for name in ("procrastinate", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # outages are told once, by `repeat`
    connector = PsycopgConnector(
        conninfo=f"postgresql://{address}",
        min_size=0,
        max_size=CONCURRENCY,
        timeout=5.0,
        reconnect_timeout=2.0,
        kwargs={"application_name": "secretariat queue", "connect_timeout": 5},
    )
    return App(connector=connector)


async def enqueue(queue: App, task: str, keys: Sequence[str]) -> None:
    """A job for each key; of those with the same key one waits, and one runs, at a time."""
    jobs = [
        Job(
            queue=QUEUE,
            lock=key_of(task, key),
            queueing_lock=key_of(task, key),
            task_name=task,
            task_kwargs={"key": key},
        )
        for key in keys
    ]
    if not jobs:
        return
    try:
        with _outages():
            await queue.job_manager.batch_defer_jobs_async(jobs=jobs)
    except AlreadyEnqueued:
        log.info("another worker was quicker", task=task)


def key_of(task: str, key: str) -> str:
    """What `lock` and `queueing_lock` of the job hold."""
    return f"{task} {key}"


async def run(queue: App, patience: Patience, stop: asyncio.Event) -> bool:
    """Do jobs until the stop, or until the database fails; raises what failed."""
    worker = asyncio.create_task(
        queue.run_worker_async(
            queues=[QUEUE],
            name="secretariat",
            concurrency=CONCURRENCY,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            install_signal_handlers=False,
            fetch_job_polling_interval=1.0,
            update_heartbeat_interval=patience.heartbeat,
            stalled_worker_timeout=patience.dead_after,
            shutdown_graceful_timeout=patience.shutdown,
        )
    )
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        worker.cancel()
        (outcome,) = await asyncio.gather(worker, return_exceptions=True)
    if stop.is_set():
        return False
    with _outages():
        raise outcome if isinstance(outcome, Exception) else ConnectionError("the queue stopped")


async def rescue(queue: App, patience: Patience) -> bool:
    """Take up again what a killed worker left behind.

    Its jobs stay `doing` for ever otherwise. A job may also lose its end to an outage of the
    database while its worker lives on: that one is known by its age.
    """
    with _outages():
        left = await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=patience.dead_after)
        stuck = await queue.connector.execute_query_all_async(
            query=_STUCK, seconds=patience.stuck_after
        )
        for job_id in {job.id for job in left if job.id} | {row["id"] for row in stuck}:
            log.warning("a job is taken up again", job=job_id)
            await _take_up(queue, job_id)
    return False


async def _take_up(queue: App, job_id: int) -> None:
    try:
        await queue.job_manager.retry_job_by_id_async(job_id, retry_at=_database_time())
    except UniqueViolation:
        await queue.job_manager.finish_job_by_id_async(job_id, Status.FAILED, delete_job=True)


@contextmanager
def _outages() -> Iterator[None]:
    """Let a lost connection be known as one, whatever the library wraps it in."""
    try:
        yield
    except ConnectorException as error:
        if isinstance(error.__cause__, psycopg.OperationalError):
            raise ConnectionError("the queue lost its database") from error
        raise


def _database_time() -> datetime:
    """Real time, also where the service's clock is set: the database compares with its own."""
    return datetime.now(UTC)
