"""What was done before the portal, for many works at once: one marked entry for each work item."""

from collections.abc import Sequence
from uuid import uuid4

from delivery.actions.progress import body_digest
from delivery.models import ProgressEntry, ProgressSource
from directory.models import User
from projects.actions.backlog import DoneBefore

ROWS_AT_ONCE = 1_000


def take_done(done: Sequence[DoneBefore], user: User) -> None:
    """In the caller's transaction, which has entered the projects and asked for the right to."""
    ProgressEntry.objects.bulk_create(
        [
            ProgressEntry(
                project_id=one.work_item.project_id, work_item=one.work_item, source=ProgressSource.BEFORE_PORTAL,
                done_on=one.done_on, quantity=one.quantity, by=user, organisation_id=user.organisation_id, key=uuid4(),
                body_digest=body_digest(
                    work_item=one.work_item.pk, quantity=one.quantity, done_on=one.done_on, note=""
                ),
            )
            for one in done
        ],
        batch_size=ROWS_AT_ONCE,
    )  # fmt: skip
