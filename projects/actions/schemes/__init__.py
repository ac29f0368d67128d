"""一区一策: a compound's scheme drawn up, line by line, and its versions. Its way through the offices: `actions.approvals`."""

from projects.actions.schemes.lines import (
    IN_A_WORK_ITEM,
    Addition,
    LineEdit,
    LineFacts,
    add_work,
    edit_line,
    handed_in,
    save_lines,
)
from projects.actions.schemes.locks import lock_scheme, save_state
from projects.actions.schemes.marks import mark, mark_of
from projects.actions.schemes.needs import unwaive_gap, waive_gap
from projects.actions.schemes.rules import publish_scheme_rule
from projects.actions.schemes.strikes import strike, take_back
from projects.actions.schemes.versions import (
    begin_scheme,
    describe_scheme,
    new_version,
    refuse_less_than_done,
    submit_scheme,
    withdraw_scheme,
)

__all__ = [
    "IN_A_WORK_ITEM",
    "Addition",
    "LineEdit",
    "LineFacts",
    "add_work",
    "begin_scheme",
    "describe_scheme",
    "edit_line",
    "handed_in",
    "lock_scheme",
    "mark",
    "mark_of",
    "new_version",
    "publish_scheme_rule",
    "refuse_less_than_done",
    "save_lines",
    "save_state",
    "strike",
    "submit_scheme",
    "take_back",
    "unwaive_gap",
    "waive_gap",
    "withdraw_scheme",
]
