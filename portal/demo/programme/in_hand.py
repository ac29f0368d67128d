"""What is in hand these days: a change of an approved scheme, tasks between the tiers."""

from datetime import timedelta
from decimal import Decimal

from directory.models import Division
from directory.models.divisions import Level
from portal.demo import dice
from portal.demo.people import HOME_STREET, worker_username
from portal.demo.places import IN_TOWN
from portal.demo.programme.scene import COUNTIES, Scene
from portal.demo.programme.schemes import OBJECTIONS
from portal.demo.programme.tasks import (
    TaskSketch,
    day_care,
    general,
    illegal_structures,
    markets,
    relocations,
    write_tasks,
)
from portal.demo.published import JINGZHOU
from projects.actions.approvals import post_notice, record_objection, sign_off
from projects.actions.schemes import add_work, new_version, submit_scheme
from projects.models import CatalogueItem, DocumentKind, ObjectionChannel, SignOffKind, Standing
from projects.models import Stage as ProjectStage


def change_a_scheme(scene: Scene) -> None:
    """A change of an approved scheme, on notice, with an objection that waits; the approved one holds meanwhile."""
    here = [
        one for one in scene.running
        if one.walk.aim.stage == ProjectStage.CONSTRUCTION and one.walk.aim.standing == Standing.ACTIVE
        and one.project.division_code.startswith(tuple(HOME_STREET.values()))
    ]  # fmt: skip
    if not here:
        return
    one, today = here[0], scene.world.today
    code = one.project.division_code
    county, worker = code[:6], scene.world.users[worker_username(code)]
    section = scene.person(county, "section")
    scheme = new_version(project=one.project, user=section, reason="居民议事会要求增设适老化坡道。")
    ramps = CatalogueItem.objects.of(county).get(code="I04")
    add_work(scheme=scheme, user=section, item=ramps, quantity=Decimal(6))
    submit_scheme(scheme=scheme, user=section)
    sign_off(scheme=scheme, user=scene.person(county, "street"), kind=SignOffKind.STREET_OFFICE, agrees=True)
    sign_off(scheme=scheme, user=worker, kind=SignOffKind.COMMUNITY, agrees=True)
    post_notice(
        scheme=scheme, user=worker, from_on=today - timedelta(days=2), until_on=today + timedelta(days=4),
        places="小区大门公示栏",
    )  # fmt: skip
    record_objection(
        scheme=scheme, user=worker, received_on=today - timedelta(days=1), channel=ObjectionChannel.MEETING,
        text=OBJECTIONS[0][0], raised_by="一楼住户",
    )  # fmt: skip


def give_tasks(scene: Scene) -> None:
    random = dice("tasks")
    sketches: list[TaskSketch] = []
    for county in COUNTIES:
        streets = sorted({code[:9] for code in scene.communities(county)})
        here = [one for one in scene.running if one.county == county]
        building = [one.project for one in here if one.walk.aim.stage == ProjectStage.CONSTRUCTION]
        sketches += illegal_structures(random, county, streets)
        sketches += markets(random, county, streets)
        sketches += relocations(random, county, building)
        sketches += general(random, county, [one.project for one in here])
    communities = Division.objects.filter(code__startswith=JINGZHOU, level=Level.COMMUNITY).order_by("code")
    codes = communities.values_list("code", flat=True)
    sketches += day_care(random, [code for code in codes if code[:9] in IN_TOWN[JINGZHOU]])
    evidence = {county: scene.papers[county][DocumentKind.MEETING] for county in COUNTIES}
    scene.counts.tasks = write_tasks(
        sketches, today=scene.world.today, users=scene.world.users, organisations=scene.world.organisation_ids,
        evidence=evidence,
    )  # fmt: skip
