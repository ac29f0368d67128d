"""Five-year and annual plans: drawn from the pool, submitted, returned, approved, issued, amended."""

from projects.actions.plans.drawing_up import amend_plan, discard_draft, draw_up_plan, edit_plan
from projects.actions.plans.entries import (
    add_to_plan,
    draw_from_pool,
    edit_entries,
    edit_entry,
    remove_from_plan,
)
from projects.actions.plans.issuing import issue_plan
from projects.actions.plans.offices import approve_plan, return_plan, submit_plan

__all__ = [
    "add_to_plan",
    "amend_plan",
    "approve_plan",
    "discard_draft",
    "draw_from_pool",
    "draw_up_plan",
    "edit_entries",
    "edit_entry",
    "edit_plan",
    "issue_plan",
    "remove_from_plan",
    "return_plan",
    "submit_plan",
]
