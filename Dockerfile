FROM python:3.13-slim AS packages
COPY requirements.lock .
# Production has its own PostgreSQL; of the embedded one it uses pg_dump, pg_restore and psql, for backups.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 BIND=0.0.0.0:8000 FILES_DIR=/files
RUN useradd --system --uid 10001 --no-create-home crm \
    && install --directory --owner=crm --mode=700 /files
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
RUN python -m compileall -q . \
    && DATABASE_URL=postgresql://build/build SECRET_KEY=build ALLOWED_HOSTS=build python manage.py collectstatic --noinput
USER crm
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 CMD ["python", "-c", \
    "from urllib.request import Request, urlopen; urlopen(Request('http://127.0.0.1:8000/healthz', headers={'Host': 'localhost'}), timeout=4)"]
CMD ["gunicorn"]
