"""`failed_run_alert`: tells a webhook, by e-mail, or both, that a run has failed and of which company."""

import smtplib
from collections.abc import Callable, Sequence
from email.message import EmailMessage

import dagster as dg
import httpx

from p2c_assets.defs.sensors.status import initial_status
from p2c_assets.defs.tags import COMPANY, WITHIN
from p2c_assets.errors import TransientError
from p2c_assets.settings import Alerts, Settings

NAME = "failed_run_alert"
PATIENCE_S = 10.0


def text(run_id: str, job: str, companies: Sequence[str], error: str) -> str:
    """What people read: no data of rows, for it leaves the house."""
    whose = f" of {', '.join(companies)}" if companies else ""
    first = error.strip().splitlines()[0] if error.strip() else "no reason given"
    return f"p2c: run {run_id} of job {job}{whose} failed: {first[:300]}"


def tell(alerts: Alerts, words: str) -> list[str]:
    """Send the words wherever the settings say; returns where they went.

    One receiver that is away keeps nothing from the other. Raises TransientError naming those who were not told.
    """
    told, failed = list[str](), list[str]()
    ways: tuple[tuple[str, object, Callable[[Alerts, str], None]], ...] = (
        ("webhook", alerts.webhook, _post),
        ("mail", alerts.smtp_host, _mail),
    )
    for name, where, way in ways:
        if where is not None:
            try:
                way(alerts, words)
                told.append(name)
            except (httpx.HTTPError, smtplib.SMTPException, OSError) as error:
                failed.append(f"{name}: {type(error).__name__}: {error}")
    if failed:
        raise TransientError(f"not told: {'; '.join(failed)}; told: {', '.join(told) or 'nobody'}")
    return told


def _post(alerts: Alerts, words: str) -> None:
    httpx.post(str(alerts.webhook), json={"text": words}, timeout=PATIENCE_S).raise_for_status()


def _mail(alerts: Alerts, words: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = words[:120], alerts.mail_from, ", ".join(alerts.mail_to)
    message.set_content(words)
    with smtplib.SMTP(str(alerts.smtp_host), alerts.smtp_port, timeout=PATIENCE_S) as server:
        server.send_message(message)


def sensor(settings: Settings) -> dg.SensorDefinition:
    """Hears of every failed run of this code location."""

    @dg.run_failure_sensor(
        name=NAME,
        default_status=initial_status(settings),
        description="Tells the webhook and the e-mail addresses of the settings that a run has failed.",
    )
    def failed_run_alert(context: dg.RunFailureSensorContext) -> dg.SkipReason:
        run = context.dagster_run
        words = text(run.run_id, run.job_name, _whose(context.instance, run), context.failure_event.message or "")
        told = tell(settings.sensors.alerts, words)
        return dg.SkipReason(f"told: {', '.join(told)}" if told else f"nobody to tell in the settings: {words}")

    return failed_run_alert


def _whose(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    """The company of a run; of one that follows changes, those of the runs within it that failed."""
    if COMPANY in run.tags:
        return [f"company {run.tags[COMPANY]}"]
    within = dg.RunsFilter(tags={WITHIN: run.run_id}, statuses=[dg.DagsterRunStatus.FAILURE])
    failed = {one.tags.get(COMPANY) for one in instance.get_runs(within)}
    return sorted(f"company {company}" if company else "Sales" for company in failed)
