"""The real program, signals and all, whose jobs wait at gates."""

from __future__ import annotations

import functools
import sys

from spinelift.cli.main import main
from spinelift.service import server
from tests.engine.labours import patient_answer

if __name__ == "__main__":
    server.run_service = functools.partial(server.run_service, work=patient_answer)
    main(["mesh-service", *sys.argv[1:]])
