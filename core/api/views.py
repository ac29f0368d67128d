"""What every endpoint shares: answers with an ETag, lists with filters and cursors.

A list is one statement. Its SQL follows from the address and from what the caller may
see, so it is prepared once for each such pair; rows go from the driver's tuples into
JSON without model instances or serializers.
"""

import hashlib
from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet, TextField
from django.http import HttpResponse, QueryDict
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, FilterSet, MultipleChoiceFilter
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from core.api.cursors import Place, cursor_after, fingerprint, place_of
from core.api.problems import FieldError, InvalidParameters, TypeText
from core.api.renderers import dumps
from core.api.schema import EndpointSchema, page_of
from core.changes import complete_until
from core.fields import WholeNumberField
from core.keyset import Order, after, chosen_order, order_by
from core.prepared import Prepared, Slot

Row = tuple[Any, ...]
TypeForm = type[Serializer[Any]]


def answer(request: Request, body: Any, *, modified: float | None = None) -> HttpResponse:
    """JSON with a strong ETag; 304 without a body where the client has it already.

    The ETag is that of the bytes: a renamed division or firm within a row changes it
    although the row itself was not touched. `modified` is a POSIX time.
    """
    content = dumps(body)
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    response = HttpResponse(content, content_type="application/json")
    response.headers["ETag"] = etag
    if modified is not None:
        response.headers["Last-Modified"] = http_date(modified)
    if "HTTP_IF_NONE_MATCH" in request.META or "HTTP_IF_MATCH" in request.META:
        response = get_conditional_response(request._request, etag=etag, response=response) or response
    if request.method == "HEAD" and response.status_code == 200:
        response.headers["Content-Length"] = str(len(content))
        response.content = b""
    return response


class ApiView(APIView):
    """Reads only. `operation_id`, `summary`, `explanation`, `tag` and `answer_form` are for the schema."""

    http_method_names = ["get", "head", "options"]
    schema = EndpointSchema()
    operation_id: ClassVar[str]
    summary: ClassVar[TypeText]
    explanation: ClassVar[TypeText]
    tag: ClassVar[TypeText]
    answer_form: ClassVar[TypeForm]
    path_parameters: ClassVar[tuple[OpenApiParameter, ...]] = ()
    # Parameters behind the question mark; any other is refused.
    parameters: ClassVar[frozenset[str]] = frozenset()
    repeated_parameters: ClassVar[frozenset[str]] = frozenset()
    text_parameters: ClassVar[frozenset[str]] = frozenset()

    def perform_authentication(self, request: Request) -> None:
        """Whoever is known is counted at once, so that refusals count too: each of them is an audit row."""
        super().perform_authentication(request)
        if request.user.is_authenticated:
            super().check_throttles(request)

    def check_throttles(self, request: Request) -> None:
        """Done with the authentication."""

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """The header `Allow` says it; the schema describes the rest."""
        return HttpResponse(status=204)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        limit = getattr(request, "rate_limit", None)
        if limit is not None:
            for name, value in zip(("Limit", "Remaining", "Reset"), limit, strict=True):
                response.headers[f"X-RateLimit-{name}"] = str(value)
        return response

    @classmethod
    def check_parameters(cls, query: QueryDict) -> None:
        """A misspelt parameter must not mean "no filter"; neither must an empty one."""
        faults = [(name, cls._fault(name, values)) for name, values in query.lists()]
        errors = [FieldError(name, fault) for name, fault in faults if fault]
        if errors:
            raise InvalidParameters(errors)

    @classmethod
    def _fault(cls, name: str, values: Sequence[Any]) -> TypeText:
        if name not in cls.parameters:
            return _("There is no such parameter here.")
        if len(values) > 1 and name not in cls.repeated_parameters:
            return _("Given more than once.")
        if "" in values:
            return _("Empty: leave the parameter out instead.")
        if name not in cls.text_parameters and not all(value.isascii() for value in values):
            return _("Plain ASCII signs only.")
        return ""


class Listing:
    """The address of a list understood: which rows, in what order, how many at a time.

    Statements are prepared when first needed: one for the first page, one for each
    pattern of empty values that a place can have.
    """

    def __init__(
        self, *, rows: QuerySet[Any, Any], order: Order, columns: tuple[Any, ...], page_size: int
    ) -> None:
        self.order = order
        self.page_size = page_size
        self.bound_to = ""
        self.with_until = False
        self._rows = rows
        self._columns = columns
        self._statements: dict[Any, Prepared] = {}

    def fetch(self, place: Place | None) -> list[Row]:
        """The rows after the place and one more, if there is one; the order's values stand behind the columns."""
        values = place.values if place else ()
        shape = tuple(value is None for value in values)
        statement = self._statements.get(shape)
        if statement is None:
            statement = self._statements[shape] = self._prepared(shape)
        return statement.fetch(**{f"place_{at}": value for at, value in enumerate(values)})

    def _prepared(self, shape: tuple[bool, ...]) -> Prepared:
        rows = self._rows
        if shape:
            slots = [
                None if is_empty else Slot(f"place_{at}", TextField()) for at, is_empty in enumerate(shape)
            ]
            rows = rows.filter(after(self.order, slots))
        terms = [term.column for term in self.order]
        rows = rows.order_by(*order_by(self.order)).values_list(*self._columns, *terms)
        return Prepared(rows[: self.page_size + 1])


class ListView(ApiView):
    """`rows(user)` narrowed by `filterset`, in one of `orders`, page by page.

    `item` makes an object of `columns`. A view whose `rows` depend on nothing but what
    `listing_key(user)` tells apart keeps its prepared SQL between requests.
    """

    item_form: ClassVar[TypeForm]
    filterset: ClassVar[type[FilterSet]]
    orders: ClassVar[dict[str, Order]]
    default_order: ClassVar[str]
    columns: ClassVar[tuple[Any, ...]]
    page_size: ClassVar[int] = 100
    largest_page: ClassVar[int] = 500
    # Addresses are endless, memory is not: when so many are kept, all are forgotten.
    LISTINGS_KEPT = 300
    _listings: ClassVar[dict[Hashable, Listing]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._listings = {}
        filters = cls.filterset.base_filters
        own = {"cursor", "page_size", "sort"} if len(cls.orders) > 1 else {"cursor", "page_size"}
        cls.parameters = frozenset(own | filters.keys())
        cls.repeated_parameters = frozenset(
            name for name, its in filters.items() if isinstance(its, MultipleChoiceFilter)
        )
        cls.text_parameters = frozenset(name for name, its in filters.items() if isinstance(its, CharFilter))
        cls.answer_form = page_of(cls.item_form, with_until=cls.follows_changes())

    def rows(self, user: Any) -> QuerySet[Any, Any]:
        """All rows the user may see, annotated with what filters, orders and columns name."""
        raise NotImplementedError

    def listing_key(self, user: Any) -> Hashable | None:
        """Everything that `rows(user)` depends on. None: that cannot be said, prepare each time."""
        return None

    def item(self, row: Row, number: int) -> dict[str, Any]:
        """A row of `columns` as JSON; `number` counts from 1 on the first page."""
        raise NotImplementedError

    @classmethod
    def follows_changes(cls) -> bool:
        return "updated_since" in cls.filterset.base_filters

    def get(self, request: Request) -> HttpResponse:
        query = request.query_params
        listing = self._listing(request, query)
        cursor = query.get("cursor")
        place = place_of(cursor, of=listing.bound_to, terms=len(listing.order)) if cursor else None
        body: dict[str, Any] = {"next": None}
        if self.follows_changes():
            body["updated_until"] = place.until if place else complete_until() if listing.with_until else None
        seen = place.seen if place else 0
        rows = listing.fetch(place)
        shown = rows[: listing.page_size]
        body["results"] = [self.item(row, number) for number, row in enumerate(shown, start=seen + 1)]
        if len(rows) > len(shown):
            last = shown[-1][-len(listing.order) :]
            here = Place(values=last, seen=seen + len(shown), until=body.get("updated_until"))
            body["next"] = self._address(request, query, cursor_after(here, of=listing.bound_to))
        return answer(request, body)

    @staticmethod
    def _address(request: Request, query: QueryDict, cursor: str) -> str:
        following = query.copy()
        following["cursor"] = cursor
        return request.build_absolute_uri(f"{request.path}?{following.urlencode()}")

    def _listing(self, request: Request, query: QueryDict) -> Listing:
        key = self.listing_key(request.user)
        cursors = query.getlist("cursor")
        if key is None or len(cursors) > 1 or "" in cursors:
            return self._new_listing(request.user, query)
        asked = tuple((name, *values) for name, values in query.lists() if name != "cursor")
        listing = self._listings.get((key, asked))
        if listing is None:
            listing = self._new_listing(request.user, query)
            if len(self._listings) >= self.LISTINGS_KEPT:
                self._listings.clear()
            self._listings[key, asked] = listing
        return listing

    def _new_listing(self, user: Any, query: QueryDict) -> Listing:
        """Reads the parameters. Raises InvalidParameters with every fault found."""
        self.check_parameters(query)
        filters = self.filterset(query, self.rows(user))
        errors = [
            FieldError(name, message)
            for name, messages in filters.form.errors.items()
            for message in messages
        ]
        order, page_size = self._order(query, errors), self._page_size(query, errors)
        if errors or order is None:
            raise InvalidParameters(errors)
        listing = Listing(rows=filters.qs, order=order, columns=self.columns, page_size=page_size)
        asked = sorted(
            (name, *values) for name, values in query.lists() if name not in {"cursor", "page_size"}
        )
        listing.bound_to = fingerprint(type(self).__qualname__, repr(asked))
        listing.with_until = "updated_since" in query
        return listing

    def _order(self, query: QueryDict, errors: list[FieldError]) -> Order | None:
        name = query.get("sort") or self._order_by_default(query)
        order = chosen_order(self.orders, name)
        if order is None:
            errors.append(FieldError("sort", _("One of %(names)s.") % {"names": ", ".join(self.orders)}))
        return order

    def _order_by_default(self, query: QueryDict) -> str:
        """Changes are read in the order in which they came."""
        return (
            "updated_at" if "updated_since" in query and "updated_at" in self.orders else self.default_order
        )

    def _page_size(self, query: QueryDict, errors: list[FieldError]) -> int:
        try:
            wanted = WholeNumberField(min_value=1, max_value=self.largest_page, required=False).clean(
                query.get("page_size")
            )
        except ValidationError as error:
            errors.extend(FieldError("page_size", message) for message in error.messages)
            wanted = None
        return wanted or self.page_size
