from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory.models import Organisation, User
from directory.powers import Power
from files.models import StoredFile
from projects.models import Project
from projects.models.project import works_for_a_firm
from projects.triggers import touches_project


class ContractKind(models.TextChoices):
    WORKS = "works", _("works")
    DESIGN = "design", _("design")
    SUPERVISION = "supervision", _("supervision")
    GOODS = "goods", _("goods")
    OTHER = "other", _("other")


class ContractQuerySet(models.QuerySet["Contract"]):
    def visible_to(self, user: Any) -> "ContractQuerySet":
        """Contracts of the county for whoever sees it whole, of the projects one sees, and of one's own firm.

        A firm sees its own contracts only: what another firm on the site is paid is not its business.
        """
        if not isinstance(user, User):
            return self.none()
        seen = Q(pk__in=[])
        for scope in user.scopes_for(Power.SEE_PROGRAMME):
            seen |= Q(division_code__startswith=scope)
            linked = ContractProject.objects.filter(project__division_code__startswith=scope)
            seen |= Q(pk__in=linked.values("contract_id"))
        if works_for_a_firm(user):
            seen |= Q(organisation=user.organisation_id)
        return self.filter(seen)

    def of_works(self) -> "ContractQuerySet":
        return self.filter(kind=ContractKind.WORKS)


# The start of a project rests on its works contract: whatever would take it away is refused. The project's lock
# makes this check and the gate of the start (`delivery.models.gates`) see each other.
_START_HAS_CONTRACT = """
    PERFORM FROM projects_project WHERE id = ANY(concerned) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM projects_stagechange s
        WHERE s.project_id = ANY(concerned) AND s.kind = 'start' AND NOT EXISTS (
            SELECT FROM delivery_contractproject l JOIN delivery_contract c ON c.id = l.contract_id
            WHERE l.project_id = s.project_id AND c.kind = 'works' AND c.signed_on <= s.effective_on)) THEN
        RAISE EXCEPTION 'works that have started rest on this contract'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_of_started_works';
    END IF;
    RETURN NULL;
"""


@pghistory.track()
class Contract(models.Model):
    """A contract for one or several projects of a county, with the signed paper. `amount` in yuan.

    Change orders and payments hang on it. It is corrected with history, never deleted.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=ContractKind)
    number = models.CharField(_("contract number"), max_length=60)
    title = models.CharField(_("title"), max_length=120)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("signed with"), on_delete=models.PROTECT, related_name="+"
    )
    amount = models.DecimalField(_("amount (yuan)"), max_digits=16, decimal_places=2)
    signed_on = models.DateField(_("signed on"))
    document = models.ForeignKey(
        StoredFile, verbose_name=_("signed contract"), on_delete=models.PROTECT, related_name="+"
    )
    projects = models.ManyToManyField(
        Project, verbose_name=_("projects"), through="ContractProject", related_name="contracts"
    )
    division_code = models.CharField(_("county"), max_length=6)
    notes = models.TextField(_("notes"), max_length=2000, blank=True)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now_add=True)

    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["-signed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "number"], name="contract_number_once",
                violation_error_message=_("A contract with this number is on file already."),
            ),
            models.CheckConstraint(condition=Q(kind__in=ContractKind.values), name="contract_kind_known"),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(title=""), name="contract_is_named",
                violation_error_message=_("A contract has a number and a title."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="contract_amount_positive",
                violation_error_message=_("The amount must be greater than zero."),
            ),
            models.CheckConstraint(condition=Q(division_code__regex=r"^[0-9]{6}$"), name="contract_of_a_county"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["division_code", "signed_on"], name="contract_scope"),
            models.Index(fields=["updated_at", "id"], name="contract_updated"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stamps_change",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="NEW.updated_at = clock_timestamp(); RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="contract_of_started_works",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("kind", "signed_on"),
                declare=[("concerned", "bigint[]")],
                func=f"""
                    SELECT array_agg(project_id) INTO concerned FROM delivery_contractproject
                    WHERE contract_id = NEW.id;
                    {_START_HAS_CONTRACT}
                """,  # noqa: S608 (a constant of this module)
            ),
            pgtrigger.Protect(name="contract_remains", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("delivery:contract", args=[self.pk])


@pghistory.track()
class ContractProject(models.Model):
    """A project that a contract is for; it lies in the contract's county."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="links")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="contract_links")

    class Meta:
        verbose_name = _("project of a contract")
        verbose_name_plural = _("projects of a contract")
        constraints = [models.UniqueConstraint(fields=["contract", "project"], name="contract_project_once")]
        triggers = [
            pgtrigger.Trigger(
                name="contract_project_in_county",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM projects_project p JOIN delivery_contract c ON c.id = NEW.contract_id
                        WHERE p.id = NEW.project_id AND starts_with(p.division_code, c.division_code)) THEN
                        RAISE EXCEPTION 'the project lies in another county than the contract'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_project_in_county';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="contract_of_started_works",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                declare=[("concerned", "bigint[]")],
                func=f"""
                    concerned = ARRAY[OLD.project_id];
                    {_START_HAS_CONTRACT}
                """,
            ),
            touches_project(),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.project}"
