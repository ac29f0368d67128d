"""Along the line of stages: to the site, progress there, on to the end; dates that were moved, visits."""

from collections.abc import Sequence

from compounds.models import Topic
from delivery.models import ProgressEntry, ProgressPhoto
from files.models import StoredFile
from portal.demo import dice
from portal.demo.people import worker_username
from portal.demo.photos import VARIANTS
from portal.demo.programme.scene import COUNTIES, Running, Scene
from portal.demo.programme.site import (
    finish_inner_milestones,
    milestone_moves,
    progress_entries,
    progress_photos,
    write_visits,
)
from portal.demo.programme.walks import Step
from portal.demo.published import JINGZHOU
from projects.models import LINE, MilestoneMove, StageChange, Standing
from projects.models import Stage as ProjectStage


def walk_to_the_site(scene: Scene) -> None:
    for stage in LINE[: LINE.index(ProjectStage.CONSTRUCTION)]:
        _leave(scene, stage)


def walk_on(scene: Scene) -> None:
    for stage in LINE[LINE.index(ProjectStage.CONSTRUCTION) :]:
        _leave(scene, stage)
    _move(
        scene, [(one, step) for one in scene.running for step in one.walk.steps if step.before == step.after]
    )


def _leave(scene: Scene, stage: str) -> None:
    """All projects that leave a stage do so in one statement."""
    _move(
        scene,
        [
            (one, step)
            for one in scene.running
            for step in one.walk.steps
            if step.before == stage and step.after != stage
        ],
    )


def _move(scene: Scene, moves: Sequence[tuple[Running, Step]]) -> None:
    StageChange.objects.bulk_create(
        StageChange(
            project=one.project, kind=step.kind, from_stage=step.before, to_stage=step.after, effective_on=step.on,
            reason=step.reason, by=scene.person(one.county, "section"),
        )
        for one, step in moves
    )  # fmt: skip


def report_progress(scene: Scene) -> None:
    own = {county: scene.person(county, "contractor") for county in COUNTIES}
    reporters = {}
    for one in scene.running:
        firm = scene.contractors.get(one.project.pk)
        is_theirs = firm is not None and firm.pk == own[one.county].organisation_id
        worker = scene.world.users[worker_username(one.project.division_code)]
        reporters[one.project.pk] = own[one.county] if is_theirs else worker
    rows = progress_entries(dice("progress"), scene.running, today=scene.world.today, reporters=reporters)
    entries = ProgressEntry.objects.bulk_create(rows, batch_size=1000)
    scene.counts.progress_entries = len(entries)
    ProgressPhoto.objects.bulk_create(progress_photos(entries, _pictures(scene)))


def _pictures(scene: Scene) -> list[StoredFile]:
    user = scene.person(JINGZHOU, "section")
    topics = (Topic.ROADS, Topic.PIPES, Topic.PARKING)
    return [scene.world.drawn(topic, variant, user) for topic in topics for variant in range(VARIANTS)]


def move_dates(scene: Scene) -> None:
    finish_inner_milestones(scene.running)
    active = [one for one in scene.running if one.walk.aim.standing == Standing.ACTIVE]
    sections = {county: scene.person(county, "section") for county in COUNTIES}
    moves = milestone_moves(dice("dates"), active, today=scene.world.today, movers=sections)
    MilestoneMove.objects.bulk_create(moves)
    write_visits(
        dice("visits"), scene.running, today=scene.world.today, users=sections, pictures=_pictures(scene)
    )
