"""The limits: what this machine could do at best, a bare WSGI application with one statement a request.

Served by gunicorn with the portal's own settings. No framework, no sign-in, no filter
but the one column: whatever the portal does beyond this is what the ratio shows.
"""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import psycopg2

API_LIST = """
SELECT json_build_object('next', NULL, 'updated_until', NULL, 'results', json_agg(item))::text FROM (
    SELECT json_build_object(
        'code', c.code, 'name', c.name, 'former_names', c.former_names,
        'community', json_build_object('code', c.community_id, 'name', d.name),
        'address', c.address,
        'cluster', CASE WHEN k.id IS NULL THEN NULL ELSE json_build_object('id', k.id, 'name', k.name) END,
        'built_year', c.built_year, 'built_year_certainty', c.built_year_certainty,
        'title_owner', CASE WHEN o.id IS NULL THEN NULL ELSE json_build_object('id', o.id, 'name', o.name) END,
        'management_state', c.management_state, 'has_owners_committee', c.has_owners_committee,
        'has_repair_fund', c.has_repair_fund, 'no_manager', c.no_manager,
        'building_count', c.building_count, 'staircase_count', c.staircase_count,
        'household_count', c.household_count, 'floor_area', c.floor_area::text,
        'position', CASE WHEN c.wgs84_longitude IS NULL THEN NULL ELSE json_build_object(
            'longitude', c.wgs84_longitude::text, 'latitude', c.wgs84_latitude::text) END,
        'heritage', c.heritage,
        'pool', CASE WHEN p.id IS NULL THEN NULL ELSE json_build_object(
            'batch', p.batch, 'since', p.moved_at, 'override_rank', p.override_rank,
            'override_reason', p.override_reason) END,
        'urgency_score', u.score::text, 'eligible', u.is_eligible,
        'ended_on', c.ended_on, 'updated_at', c.updated_at
    ) AS item
    FROM compounds_compound c
    JOIN directory_division d ON d.code = c.community_id
    LEFT JOIN compounds_cluster k ON k.id = c.cluster_id
    LEFT JOIN directory_organisation o ON o.id = c.title_owner_id
    LEFT JOIN compounds_poolentry p ON p.compound_id = c.id AND p.ended_at IS NULL
    LEFT JOIN compounds_urgencyscore u ON u.compound_id = c.id
    WHERE c.community_id LIKE %s AND c.ended_on IS NULL
    ORDER BY c.code LIMIT 100
) AS page
"""

PAGE_ROWS = """
SELECT string_agg(format(
    '<tr><td><a href="/compounds/%%s/">%%s</a></td><td>%%s</td><td>%%s</td><td>%%s</td><td>%%s</td><td>%%s</td></tr>',
    code, name, community, built_year, building_count, household_count, score), E'\n') FROM (
    SELECT c.code, c.name, d.name AS community, c.built_year, c.building_count, c.household_count, u.score
    FROM compounds_compound c
    JOIN directory_division d ON d.code = c.community_id
    LEFT JOIN compounds_poolentry p ON p.compound_id = c.id AND p.ended_at IS NULL
    LEFT JOIN compounds_urgencyscore u ON u.compound_id = c.id
    WHERE c.community_id LIKE %s AND c.ended_on IS NULL
    ORDER BY c.code LIMIT 100
) AS page
"""

Start = Callable[[str, list[tuple[str, str]]], Any]
here = threading.local()


def one_value(statement: str, *values: str) -> str:
    """The one value of the statement, over a connection that this thread keeps."""
    if not hasattr(here, "cursor"):
        connection = psycopg2.connect(os.environ["DATABASE_URL"], options="-c timezone=UTC")
        connection.autocommit = True
        here.cursor = connection.cursor()
    here.cursor.execute(statement, values)
    value: str = here.cursor.fetchone()[0]
    return value


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """`/api?division=` the list as JSON; `/page?division=&bytes=` a page of HTML of that size."""
    query = parse_qs(environ["QUERY_STRING"])
    division = query["division"][0] + "%"
    if environ["PATH_INFO"] == "/api":
        kind, body = "application/json", one_value(API_LIST, division).encode()
    else:
        kind, body = "text/html; charset=utf-8", one_value(PAGE_ROWS, division).encode()
        body = body.ljust(int(query["bytes"][0]))
    start("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
