"""The limits: what this machine could do at best, a bare WSGI application with one statement a request.

Served by gunicorn with the portal's own settings. No framework, no sign-in, no filter
but the one column: whatever the portal does beyond this is what the ratio shows.
"""

import json
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

PROJECT_LIST = """
SELECT json_build_object('next', NULL, 'updated_until', NULL, 'results', json_agg(item))::text FROM (
    SELECT json_build_object(
        'code', p.code,
        'compound', json_build_object('code', c.code, 'name', c.name),
        'community', json_build_object('code', p.division_code, 'name', d.name),
        'year', p.year,
        'plan', CASE WHEN n.id IS NULL THEN NULL ELSE json_build_object(
            'id', n.id, 'document_number', n.document_number) END,
        'origin', p.origin, 'programmes', p.programmes, 'lead_kind', p.lead_kind,
        'lead', CASE WHEN l.id IS NULL THEN NULL ELSE json_build_object('id', l.id, 'name', l.name) END,
        'client', CASE WHEN o.id IS NULL THEN NULL ELSE json_build_object('id', o.id, 'name', o.name) END,
        'stage', p.stage, 'standing', p.standing, 'started_on', p.started_on, 'completed_on', p.completed_on,
        'planned_start_on', p.planned_start_on, 'planned_completion_on', p.planned_completion_on,
        'forecast_completion_on', p.forecast_completion_on, 'percent_done', p.percent_done::text,
        'planned_percent', round(least(greatest(
            (now() AT TIME ZONE 'Asia/Shanghai')::date - p.planned_start_on + 1, 0),
            p.planned_completion_on - p.planned_start_on + 1) * 100.0
            / (p.planned_completion_on - p.planned_start_on + 1), 2)::text,
        'last_progress_on', p.last_progress_on,
        'building_count', c.building_count, 'household_count', c.household_count, 'floor_area', c.floor_area::text,
        'estimate', (SELECT sum(line.cost)::text FROM projects_scheme s
            JOIN projects_schemeline line ON line.scheme_id = s.id
            WHERE s.project_id = p.id AND s.state = 'approved'),
        'updated_at', p.updated_at
    ) AS item
    FROM projects_project p
    JOIN compounds_compound c ON c.id = p.compound_id
    JOIN directory_division d ON d.code = c.community_id
    LEFT JOIN projects_planentry e ON e.id = p.plan_entry_id
    LEFT JOIN projects_plan n ON n.id = e.plan_id
    LEFT JOIN directory_organisation l ON l.id = p.lead_id
    LEFT JOIN directory_organisation o ON o.id = p.client_id
    WHERE p.division_code LIKE %s
    ORDER BY p.code LIMIT 100
) AS page
"""

PROJECT_ROWS = """
SELECT string_agg(format(
    '<tr><td><a href="/projects/%%s/">%%s</a></td><td>%%s</td><td>%%s</td><td>%%s</td><td>%%s</td><td>%%s</td></tr>',
    code, name, community, stage, percent_done, due, lead), E'\n') FROM (
    SELECT p.code, c.name, d.name AS community, p.stage, p.percent_done, l.name AS lead,
        (SELECT m.due_on || ' ' || m.name FROM projects_milestone m
            WHERE m.project_id = p.id AND m.done_on IS NULL ORDER BY m.due_on, m.id LIMIT 1) AS due
    FROM projects_project p
    JOIN compounds_compound c ON c.id = p.compound_id
    JOIN directory_division d ON d.code = c.community_id
    LEFT JOIN directory_organisation l ON l.id = p.lead_id
    WHERE p.division_code LIKE %s
    ORDER BY p.year DESC, p.division_code DESC, p.id DESC LIMIT 100
) AS page
"""

CHOICE = """
INSERT INTO bench_choice (menu_id, household_id, seen, wanted, key) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (menu_id, household_id) DO UPDATE SET
    seen = excluded.seen, wanted = excluded.wanted, key = excluded.key, received_at = now()
RETURNING received_at::text
"""

Start = Callable[[str, list[tuple[str, str]]], Any]
here = threading.local()


def one_value(statement: str, *values: Any) -> str:
    """The one value of the statement, over a connection that this thread keeps."""
    if not hasattr(here, "cursor"):
        connection = psycopg2.connect(os.environ["DATABASE_URL"], options="-c timezone=UTC")
        connection.autocommit = True
        here.cursor = connection.cursor()
    here.cursor.execute(statement, values)
    value: str = here.cursor.fetchone()[0]
    return value


JSON = {"/api": API_LIST, "/projects-api": PROJECT_LIST}
HTML = {"/page": PAGE_ROWS, "/projects-page": PROJECT_ROWS}


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """`/…api?division=` a list as JSON; `/…page?division=&bytes=` a page of HTML of that size; POST `/choose`."""
    if environ["REQUEST_METHOD"] == "POST":
        return _chosen(environ, start)
    query = parse_qs(environ["QUERY_STRING"])
    division = query["division"][0] + "%"
    path = environ["PATH_INFO"]
    if path in JSON:
        kind, body = "application/json", one_value(JSON[path], division).encode()
    else:
        kind, body = "text/html; charset=utf-8", one_value(HTML[path], division).encode()
        body = body.ljust(int(query["bytes"][0]))
    start("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def _chosen(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    said = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    values = (said[name] for name in ("menu", "household", "seen", "wanted", "key"))
    body = json.dumps({"received_at": one_value(CHOICE, *values)}).encode()
    start("201 Created", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
