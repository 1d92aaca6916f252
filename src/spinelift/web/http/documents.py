"""The OpenAPI document, with the errors that any operation may answer."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema

from spinelift.web.http.problems import ErrorOut

ERRORS = {
    400: "It cannot be read at all.",
    401: "Nobody is signed in, and no valid token was sent.",
    403: "This user, or this token, may not do that.",
    404: "It is not there, or not for this user.",
    405: "This cannot be done here.",
    409: "It does not fit what is there.",
    413: "It is more than may be sent or kept.",
    422: "The request is not as it has to be.",
    429: "It is more than may be asked for now: see Retry-After.",
}


IDEMPOTENCY_KEY = "Idempotency-Key"
LONGEST_KEY = 255
KEY_LETTERS = "^[!-~]+$"
REPEATABLE = {
    "in": "header",
    "name": IDEMPOTENCY_KEY,
    "required": False,
    "description": "Sent again with the same key, the request is not done again.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_KEY,
        "pattern": KEY_LETTERS,
    },
}


class DescribedAPI(NinjaAPI):
    """Says once, for all operations, what is answered when something is not done."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        model = ErrorOut.model_json_schema(ref_template=REF_TEMPLATE)
        schema["components"]["schemas"] |= model.pop("$defs")
        schema["components"]["schemas"][ErrorOut.__name__] = model
        content = {"application/json": {"schema": {"$ref": REF_TEMPLATE.format(model="ErrorOut")}}}
        for operations in schema["paths"].values():
            if "get" in operations:
                operations.pop("head")  # which is the same
            for method, operation in operations.items():
                if method == "post" and "multipart/form-data" not in str(operation):
                    operation["parameters"].append(REPEATABLE)
                for status, description in ERRORS.items():
                    said = {"description": description, "content": content}
                    operation["responses"].setdefault(status, said)
        return schema
