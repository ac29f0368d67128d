"""Clusters: the names that are offered, and the form that puts compounds into one."""

from collections.abc import Iterable

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from compounds.forms.fields import LineField
from compounds.models import Cluster
from directory.codes import outermost
from directory.models.divisions import Level


def cluster_names(scopes: Iterable[str]) -> list[str]:
    """Names of clusters in these divisions, for a box that suggests them."""
    below = models.Q(pk__in=[])
    for code in outermost(scopes):
        below |= models.Q(division__code__startswith=code[: Level.COUNTY])
    return list(dict.fromkeys(Cluster.objects.filter(below).order_by("name").values_list("name", flat=True)))


class ClusterForm(forms.Form):
    cluster_name = LineField(
        label=_("Cluster"), max_length=60, required=False,
        help_text=_("A new name makes a new cluster. Leave it empty to take the compounds out of their clusters."),
        widget=forms.TextInput(attrs={"list": "cluster-names", "autocomplete": "off"}),
    )  # fmt: skip
