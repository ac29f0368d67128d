"""The steps in which the programme is written, each after what it builds on."""

from collections.abc import Callable
from functools import partial

from portal.demo.programme.before import enter_finished, go_live, share_works
from portal.demo.programme.in_hand import change_a_scheme, give_tasks
from portal.demo.programme.line import move_dates, report_progress, walk_on, walk_to_the_site
from portal.demo.programme.planning import amend_and_look_ahead, plan_what_runs, plan_what_was_published
from portal.demo.programme.running import begin_running, write_papers_and_contracts, write_schemes
from portal.demo.programme.scene import Scene

IN_ORDER: tuple[Callable[[Scene], None], ...] = (
    go_live, share_works, enter_finished, plan_what_was_published, plan_what_runs, begin_running, write_schemes,
    write_papers_and_contracts, walk_to_the_site, report_progress, walk_on, move_dates, amend_and_look_ahead,
    change_a_scheme, give_tasks,
)  # fmt: skip


def steps(scene: Scene) -> list[Callable[[], None]]:
    return [partial(step, scene) for step in IN_ORDER]
