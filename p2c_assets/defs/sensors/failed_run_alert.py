"""`failed_run_alert`: tells a webhook, by e-mail, or both, that a run has failed and of which company."""

import smtplib
from email.message import EmailMessage

import dagster as dg
import httpx

from p2c_assets.defs.sensors.status import initial_status
from p2c_assets.defs.tags import COMPANY
from p2c_assets.settings import Alerts, Settings

NAME = "failed_run_alert"


def text(run_id: str, job: str, company: str | None, error: str) -> str:
    """What people read: no data of rows, for it leaves the house."""
    whose = "" if company is None else f" of company {company}"
    first = error.strip().splitlines()[0] if error.strip() else "no reason given"
    return f"p2c: run {run_id} of job {job}{whose} failed: {first[:300]}"


def tell(alerts: Alerts, words: str) -> list[str]:
    """Send the words wherever the settings say; returns where they went. Raises when a receiver refuses them."""
    told: list[str] = []
    if alerts.webhook is not None:
        httpx.post(alerts.webhook, json={"text": words}, timeout=10.0).raise_for_status()
        told.append("webhook")
    if alerts.smtp_host is not None:
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = words[:120], alerts.mail_from, ", ".join(alerts.mail_to)
        message.set_content(words)
        with smtplib.SMTP(alerts.smtp_host, alerts.smtp_port, timeout=10.0) as server:
            server.send_message(message)
        told.append("mail")
    return told


def sensor(settings: Settings) -> dg.SensorDefinition:
    """Hears of every failed run of this code location."""

    @dg.run_failure_sensor(
        name=NAME,
        default_status=initial_status(settings),
        description="Tells the webhook and the e-mail addresses of the settings that a run has failed.",
    )
    def failed_run_alert(context: dg.RunFailureSensorContext) -> dg.SkipReason:
        run = context.dagster_run
        words = text(run.run_id, run.job_name, run.tags.get(COMPANY), context.failure_event.message or "")
        told = tell(settings.sensors.alerts, words)
        return dg.SkipReason(f"told: {', '.join(told)}" if told else f"nobody to tell in the settings: {words}")

    return failed_run_alert
