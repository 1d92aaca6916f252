# The mesh service as an image: docker build -t spinelift . (how to run it: docs/operations.md)
FROM python:3.13-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends g++
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements/build.txt requirements/service.txt requirements/
RUN python -m pip install --require-hashes -r requirements/build.txt \
    && python -m pip wheel --no-build-isolation --require-hashes -r requirements/service.txt -w wheels
COPY . .
RUN python -m pip wheel --no-build-isolation --no-deps . -w wheels
RUN python -m venv --without-pip /opt/spinelift \
    && python -m pip --python /opt/spinelift install --no-index --no-deps wheels/*.whl

FROM python:3.13-slim
COPY --from=build /opt/spinelift /opt/spinelift
# Bytecode is there already, and the root file system may be read-only.
ENV PATH=/opt/spinelift/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SPINELIFT_HOST=0.0.0.0 \
    SPINELIFT_PORT=8000 \
    SPINELIFT_STORAGE=/tmp/spinelift
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", "import http.client, os, sys; asked = http.client.HTTPConnection('127.0.0.1', int(os.environ['SPINELIFT_PORT']), timeout=4); asked.request('GET', '/live'); sys.exit(asked.getresponse().status != 200)"]
CMD ["spinelift", "mesh-service"]
