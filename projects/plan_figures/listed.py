"""What the list of plans shows of each."""

from django.db.models import Count, OuterRef, QuerySet, Subquery

from projects.models import Plan, PlanEntry


def with_listed(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """`listed`: compounds of the own list, or, of a higher annual plan, of the counties' plans in force below."""
    own = PlanEntry.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
    below = (
        PlanEntry.objects.filter(
            current=True,
            division_code__startswith=OuterRef("division_id"),
            year=OuterRef("first_year"),
            plan__kind=OuterRef("kind"),
        )
        .order_by()
        .values("current")
    )
    return plans.annotate(
        own_listed=Subquery(own.annotate(n=Count("pk")).values("n")),
        below_listed=Subquery(below.annotate(n=Count("pk")).values("n")),
    )
