"""The register on a map: the page with a table for readers, and its points as GeoJSON.

Positions are kept in WGS-84; where the city's tile server draws in GCJ-02 they are
shifted as they leave, so that they lie where the tiles say they lie.
"""

from collections import defaultdict
from decimal import Decimal
from hashlib import sha256
from typing import Any

import orjson
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.gzip import gzip_page

from compounds.breakdown import SHOWN_BATCHES, by_division, level_below
from compounds.filters import CompoundPageFilter
from compounds.forms.compound import PositionForm
from compounds.models import Compound
from compounds.permissions import can_see_register
from compounds.positions import to_wgs84, wgs84_to_gcj02
from compounds.tables import COMPOUNDS
from compounds.views.register import DESCRIBE, listed
from compounds.views.shared import demand
from core.lists import ListPage
from core.lists.filtering import Narrowed, narrowed
from core.lists.state import ListState
from directory.codes import is_division_code
from directory.models import Division
from directory.requests import SignedInRequest

# More would freeze an office computer; the page says so and names the way out.
MOST_POINTS = 20_000
NO_BATCH = ""
SUMMED = ("compounds", "placed", "households", "uncounted")
# About 1.5 km to each side, in degrees.
AROUND = Decimal("0.015")
MOST_NEIGHBOURS = 60
GEOJSON = "application/geo+json"


def map_setting() -> dict[str, str]:
    """What the map's script needs to know of the city's tile server; no address: points on plain ground."""
    return {
        "tiles": settings.TILE_URL,
        "attribution": settings.TILE_ATTRIBUTION,
        "coordinates": settings.TILE_COORDINATES,
    }


def tile_position(longitude: Decimal | None, latitude: Decimal | None) -> tuple[float, float] | None:
    """A WGS-84 position as the tiles draw it, to six places; None where there is none."""
    return None if longitude is None or latitude is None else _drawn_at(longitude, latitude)


def _drawn_at(longitude: Decimal, latitude: Decimal) -> tuple[float, float]:
    place = float(longitude), float(latitude)
    if settings.TILE_COORDINATES == "gcj02":
        place = wgs84_to_gcj02(*place)
    return round(place[0], 6), round(place[1], 6)


def neighbours(request: SignedInRequest, compound: Compound) -> list[dict[str, Any]]:
    """Other compounds around this one, for a small map that may have no tiles to show where one is."""
    longitude, latitude = compound.wgs84_longitude, compound.wgs84_latitude
    if longitude is None or latitude is None:
        return []
    near = Compound.objects.visible_to(request.user).living().exclude(pk=compound.pk)
    near = near.filter(
        wgs84_longitude__range=(longitude - AROUND, longitude + AROUND),
        wgs84_latitude__range=(latitude - AROUND, latitude + AROUND),
    )
    found = near.order_by("code").values_list("name", "wgs84_longitude", "wgs84_latitude")[:MOST_NEIGHBOURS]
    return [{"name": name, "at": tile_position(east, north)} for name, east, north in found]


# --- The page ---------------------------------------------------------------------------


def _narrowed(request: SignedInRequest) -> tuple[ListState, Narrowed]:
    """The rows that the same address shows as a list."""
    state = COMPOUNDS.state(request)
    return state, narrowed(COMPOUNDS, state, listed(request.user), CompoundPageFilter)


def compound_map(request: SignedInRequest) -> HttpResponse:
    demand(can_see_register(request.user))
    state, rows = _narrowed(request)
    if getattr(getattr(request, "htmx", None), "target", None) == "list-filters":
        page = ListPage(state=state, rows=rows, filterset=CompoundPageFilter, describe=DESCRIBE)
        return render(request, "core/_list_filters.html", {"list": page})
    table = by_division(rows.queryset, _depth(state, request))
    return render(
        request,
        "compounds/map.html",
        {
            "list": ListPage(state=state, rows=rows, filterset=CompoundPageFilter, describe=DESCRIBE),
            "map": map_setting(),
            "points_query": state.bulk_query,
            "table": table,
            "batches": [(batch.value, batch.label) for batch in SHOWN_BATCHES],
            "sums": {name: sum(getattr(line, name) for line in table) for name in SUMMED},
        },
    )


def _depth(state: ListState, request: SignedInRequest) -> int:
    """One level below the division on the screen, or below one's own."""
    asked = state.division or request.GET.get("division", "")
    return level_below([asked] if is_division_code(asked) else list(request.user.scopes))


# --- The points -------------------------------------------------------------------------


@gzip_page
def points(request: SignedInRequest) -> HttpResponse:
    """The filtered compounds with a position as GeoJSON, and a label for each division they lie in.

    Answers 304 to a browser that has them already; the ETag is that of the bytes. Ten
    thousand points are 1.7 MB, a tenth of that compressed; nothing secret is among them.
    """
    demand(can_see_register(request.user))
    # A condition that cannot be read is left out, as on the page around the map, which says so.
    _state, rows = _narrowed(request)
    body = orjson.dumps(_collection(rows.queryset))
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    answer = get_conditional_response(request, etag=etag) or HttpResponse(body, content_type=GEOJSON)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _collection(rows: QuerySet[Any, Any]) -> dict[str, Any]:
    found = list(
        rows.filter(wgs84_longitude__isnull=False)
        .order_by("code")
        .values_list(
            "code", "name", "wgs84_longitude", "wgs84_latitude", "community_id", "current_entry__batch",
            "household_count", "urgency_score__score",
        )[: MOST_POINTS + 1]
    )  # fmt: skip
    shown = found[:MOST_POINTS]
    features: list[dict[str, Any]] = []
    places: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for code, name, longitude, latitude, community, batch, households, urgency in shown:
        position = _drawn_at(longitude, latitude)
        places[community[:9]].append(position)
        features.append(
            {
                "type": "Feature",
                "id": code,
                "geometry": {"type": "Point", "coordinates": position},
                "properties": {
                    "name": name,
                    "batch": batch or NO_BATCH,
                    "households": households,
                    "urgency": None if urgency is None else str(urgency),
                },
            }
        )
    return {
        "type": "FeatureCollection",
        "features": features,
        "labels": _labels(places),
        "truncated": len(found) > MOST_POINTS,
    }


def _labels(places: dict[str, list[tuple[float, float]]]) -> list[dict[str, Any]]:
    """Each sub-district's name above the middle of its points."""
    names = dict(Division.objects.filter(code__in=places).values_list("code", "name"))
    return [{"name": names.get(code, code), "at": _above(found)} for code, found in sorted(places.items())]


def _above(places: list[tuple[float, float]]) -> tuple[float, float]:
    longitudes, latitudes = zip(*places, strict=True)
    return round(sum(longitudes) / len(longitudes), 6), max(latitudes)


# --- A position being typed -------------------------------------------------------------


def position(request: SignedInRequest) -> HttpResponse:
    """Where a position that is being typed lies on the map: {"at": [longitude, latitude] or null, "problem"}.

    Half a number or two that are exchanged are no error of the request: the form shows the sentence.
    """
    demand(can_see_register(request.user))
    form = PositionForm(request.GET)
    if not form.is_valid():
        sentences = [str(sentence) for errors in form.errors.values() for sentence in errors]
        return JsonResponse({"at": None, "problem": " ".join(dict.fromkeys(sentences))})
    given = form.cleaned_data
    place = to_wgs84(float(given["longitude"]), float(given["latitude"]), given["system"])
    at = tile_position(Decimal(str(place[0])), Decimal(str(place[1])))
    return JsonResponse({"at": at, "problem": ""})
