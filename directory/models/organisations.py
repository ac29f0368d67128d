import pghistory
from django.db import models
from django.db.models import BooleanField, F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory.models.divisions import Division
from directory.models.searching import SearchTextField, searched


class OrganisationKind(models.TextChoices):
    BUREAU = "bureau", _("housing bureau")
    STREET_OFFICE = "street_office", _("street office")
    COMMUNITY = "community", _("community committee")
    DEPARTMENT = "department", _("government department")
    UTILITY = "utility", _("utility operator")
    TITLE_OWNER = "title_owner", _("title-owner unit")
    DESIGNER = "designer", _("designer")
    CONTRACTOR = "contractor", _("contractor")
    SUPERVISOR = "supervisor", _("supervisor")
    PROPERTY_FIRM = "property_firm", _("property-service firm")
    BANK = "bank", _("bank")
    OTHER = "other", _("other")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, user: models.Model) -> "OrganisationQuerySet":
        """Those of the person's divisions, below them and on the way up, and the person's own.

        Firms work across districts: a contractor, designer, supervisor, utility or bank is
        registered once and seen by every staff user.
        """
        scopes: tuple[str, ...] = getattr(user, "scopes", ())
        own = Q(pk=getattr(user, "organisation_id", None))
        if not scopes:
            return self.filter(own)
        near = Q(division__in=Division.objects.visible_to(user)) | Q(kind__in=WORKS_ANYWHERE)
        return self.filter(own | near)

    def searched(self, typed: str) -> "OrganisationQuerySet":
        """By name, short name or credit code; names also by pinyin."""
        return searched(self, typed)

    def active(self) -> "OrganisationQuerySet":
        return self.filter(ended_on__isnull=True)


WORKS_ANYWHERE = (
    OrganisationKind.UTILITY,
    OrganisationKind.DESIGNER,
    OrganisationKind.CONTRACTOR,
    OrganisationKind.SUPERVISOR,
    OrganisationKind.PROPERTY_FIRM,
    OrganisationKind.BANK,
)


class CreditCodeIsValid(Func):
    function = "credit_code_is_valid"
    output_field = BooleanField()


@pghistory.track(exclude=["search_text"])
class Organisation(models.Model):
    """A body that takes part: an office, a firm, a utility, the unit that built the compound."""

    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    credit_code = models.CharField(
        _("unified social credit code"), max_length=18, null=True, blank=True, unique=True,
        help_text=_("18 characters; the last is checked (GB 32100). Leave empty where unknown."),
        error_messages={"unique": _("Another organisation already has this credit code.")},
    )  # fmt: skip
    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="organisations"
    )
    phone = models.CharField(_("office telephone"), max_length=30, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    search_text = SearchTextField(of=("name", "short_name", "credit_code"), spoken=("name", "short_name"))

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["division_id", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(credit_code__isnull=True) | CreditCodeIsValid(F("credit_code")),  # type: ignore[arg-type]
                name="organisation_credit_code_valid",
                violation_error_message=_("The credit code's check character does not fit: compare it with the licence."),
            ),
            models.UniqueConstraint(
                fields=["division", "name"],
                condition=Q(ended_on__isnull=True),
                name="organisation_name_once_per_division",
                violation_error_message=_("This division already has an organisation of this name."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_has_name"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        return reverse("directory:organisation", args=[self.pk])

    @property
    def division_code(self) -> str:
        return self.division_id
