"""Facts that are given by a name which may be new: the cluster 片区 and the title-owner unit 产权单位.

Both belong to the compound's county; a name that the county has already is used again.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Unpack

from django.db import transaction

from compounds.actions.register import CompoundFacts, create_compound, update_compound
from compounds.errors import CompoundEnded
from compounds.models import Cluster, Compound
from compounds.permissions import can_edit_compound
from core.errors import NotPermitted
from core.text import clean_line
from directory.models import Organisation, OrganisationKind, User

COUNTY = 6


def cluster_named(*, name: str, community: str) -> Cluster | None:
    """The county's cluster of this name, made when it is new; None for no name."""
    name = clean_line(name)
    if not name:
        return None
    return Cluster.objects.get_or_create(division_id=community[:COUNTY], name=name)[0]


def title_owner_named(*, name: str, community: str) -> Organisation | None:
    """The county's title-owner unit of this name, registered when it is new; None for no name."""
    name = clean_line(name)
    if not name:
        return None
    county = community[:COUNTY]
    known = (
        Organisation.objects.active()
        .filter(division__code__startswith=county, name=name)
        .order_by("pk")
        .first()
    )
    if known is not None:
        return known
    # By the unique name: of two editors at once the second finds the first one's.
    return Organisation.objects.get_or_create(
        division_id=county, name=name, ended_on=None, defaults={"kind": OrganisationKind.TITLE_OWNER}
    )[0]


@transaction.atomic
def register_compound(
    *,
    user: User,
    cluster_name: str = "",
    new_title_owner: str = "",
    **facts: Unpack[CompoundFacts],
) -> Compound:
    """`create_compound` with names; `new_title_owner` stands for a unit that is not listed yet."""
    community = facts["community"].code
    facts["cluster"] = cluster_named(name=cluster_name, community=community)
    if new_title_owner:
        facts["title_owner"] = title_owner_named(name=new_title_owner, community=community)
    return create_compound(user=user, **facts)


@transaction.atomic
def revise_compound(
    *, compound: Compound, user: User, expected_version: int | None, cluster_name: str = "",
    new_title_owner: str = "", **facts: Unpack[CompoundFacts],
) -> Compound:  # fmt: skip
    """`update_compound` with names. Nothing new remains when the update is refused."""
    community = facts["community"].code if "community" in facts else compound.community_id
    facts["cluster"] = cluster_named(name=cluster_name, community=community)
    if new_title_owner:
        facts["title_owner"] = title_owner_named(name=new_title_owner, community=community)
    return update_compound(compound=compound, user=user, expected_version=expected_version, **facts)


@transaction.atomic
def assign_cluster(*, compounds: Collection[Compound], name: str, user: User) -> int:
    """Put compounds into the cluster of this name, each in its own county; an empty name takes them out.

    All or none; returns how many changed.
    """
    ids = [compound.pk for compound in compounds]
    by_county: dict[str, list[int]] = defaultdict(list)
    for compound in Compound.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"):
        if compound.ended_on is not None:
            raise CompoundEnded(name=compound.name)
        if not can_edit_compound(user, compound):
            raise NotPermitted
        by_county[compound.community_id[:COUNTY]].append(compound.pk)
    changed = 0
    for county, members in by_county.items():
        cluster = cluster_named(name=name, community=county)
        rows = Compound.objects.filter(pk__in=members)
        rows = rows.filter(cluster__isnull=False) if cluster is None else rows.exclude(cluster=cluster)
        changed += rows.update(cluster=cluster)
    return changed
