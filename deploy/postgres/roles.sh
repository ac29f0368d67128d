#!/usr/bin/env bash
# Run once by the postgres image, on an empty volume: two roles and the database of the portal.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" \
  --username postgres --dbname postgres <<'SQL'
CREATE ROLE owner LOGIN PASSWORD :'owner';
CREATE ROLE app LOGIN PASSWORD :'app';
CREATE DATABASE renovation OWNER owner;
REVOKE ALL ON DATABASE renovation FROM PUBLIC;
GRANT CONNECT ON DATABASE renovation TO app;
SQL
