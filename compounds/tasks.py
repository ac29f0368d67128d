"""Due work of the register, found and done by beat."""

from celery import shared_task

from compounds.actions.scoring import rescore_where_rules_changed


@shared_task
def rescore_due() -> None:
    """Daily: rules and formulas that came into force since the scores were computed."""
    rescore_where_rules_changed()
