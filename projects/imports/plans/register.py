"""The county's register, as a plan table names its compounds."""

from collections import defaultdict

from django.utils.translation import gettext as _

from compounds.models import Compound
from compounds.reading.cells import name_key, quoted
from core.text import listed
from directory.models import Division
from directory.models.divisions import Level
from imports.kinds import Remark, Row
from projects.imports.plans.reasons import Reason

NAMED = 5


class Register:
    """The living compounds of a county, by code, name and former name."""

    def __init__(self, county: str) -> None:
        self.by_code: dict[str, Compound] = {}
        self.names: dict[int, str] = {}
        self._named: dict[str, list[Compound]] = defaultdict(list)
        self._formerly: dict[str, list[Compound]] = defaultdict(list)
        found = Compound.objects.living().within([county])
        for compound in found.only("pk", "code", "name", "former_names", "community_id"):
            self.by_code[compound.code] = compound
            self.names[compound.pk] = compound.name
            self._named[name_key(compound.name)].append(compound)
            for former in compound.former_names:
                self._formerly[name_key(former)].append(compound)
        streets = Division.objects.filter(code__startswith=county, level=Level.STREET)
        self._streets = {code: name_key(name) for code, name in streets.values_list("code", "name")}

    def find(self, row: Row) -> Compound | None:
        """The one compound that is meant, else the row says why not."""
        code = row.values.get("code")
        if code:
            found = self.by_code.get(code)
            if found is None:
                words = _("No compound of the county has the code {code}.").format(code=quoted(code))
                row.problems["code"] = Remark(Reason.UNKNOWN, words)
            return found
        name = row.values["name"]
        named = self._in_street(self._named.get(name_key(name), []), row)
        if not named:
            named = self._in_street(self._formerly.get(name_key(name), []), row)
            if len(named) == 1:
                words = _("Registered as {name}.").format(name=named[0].name)
                row.warnings["name"] = Remark(Reason.FORMER_NAME, words)
        if len(named) == 1:
            return named[0]
        if named:
            words = _("{count} compounds of the county have this name: {codes}. Give the code or the street.")
            codes = listed(compound.code for compound in named[:NAMED])
            row.problems["name"] = Remark(Reason.AMBIGUOUS, words.format(count=len(named), codes=codes))
        else:
            row.problems["name"] = Remark(Reason.UNKNOWN, _("Not in the register of the county."))
        return None

    def _in_street(self, found: list[Compound], row: Row) -> list[Compound]:
        """Of several the one in the street that the row names."""
        street = name_key(row.cells.get("street", ""))
        if len(found) < 2 or not street:
            return found
        here = [
            one for one in found if self._streets.get(one.community_id[: Level.STREET], "").startswith(street)
        ]
        return here or found
