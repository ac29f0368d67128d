# syntax=docker/dockerfile:1
# One image for web, worker, beat and migrations. Nothing of it runs as root, nothing secret is in it.

FROM python:3.12-slim-bookworm AS packages
WORKDIR /srv/portal
COPY requirements.txt ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements.txt

# Front-end files, translations and collected static files; npm and its packages stay behind here.
FROM packages AS assets
COPY requirements-node.txt package.json package-lock.json .npmrc manage.py pyproject.toml ./
RUN .venv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements-node.txt
COPY . .
RUN .venv/bin/python -m tools.static_files && .venv/bin/python -m compileall -q -j 0 . -x 'node_modules|\.venv'

FROM python:3.12-slim-bookworm
ENV PATH=/srv/portal/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=renovation.settings \
    DATA_DIR=/srv/portal/var \
    BIND=0.0.0.0:8000
WORKDIR /srv/portal
RUN useradd --system --uid 10001 --home-dir /srv/portal --shell /usr/sbin/nologin portal
COPY --from=packages /srv/portal/.venv .venv
COPY . .
COPY --from=assets /srv/portal/locale locale
COPY --from=assets /srv/portal/var/static var/static
COPY --from=assets /srv/portal/var/vendor var/vendor
COPY --from=assets /srv/portal/var/fonts var/fonts
# Only stored files are written; they are a volume.
RUN install -d -o portal -g portal var/files
USER portal
VOLUME /srv/portal/var/files
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "--config", "python:renovation.gunicorn", "renovation.wsgi"]
