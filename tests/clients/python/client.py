"""Asks a service of cater by OpenFeature's client for Python; prints what it makes of the answers.

    client.py BASE_URL [TOKEN]
"""

import json
import sys

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

BASE_URL = sys.argv[1]
TOKEN = sys.argv[2] if len(sys.argv) > 2 else None


def told(details):
    return {
        "value": details.value,
        "reason": str(details.reason.value if hasattr(details.reason, "value") else details.reason),
        "variant": details.variant,
        "errorCode": details.error_code.value if details.error_code else None,
        "flagMetadata": dict(details.flag_metadata or {}),
    }


headers = (lambda: {"Authorization": f"Bearer {TOKEN}"}) if TOKEN else None
api.set_provider(OFREPProvider(BASE_URL, headers_factory=headers))
client = api.get_client()
ada = EvaluationContext("ada", {"age": 40, "email": "ada@example.org", "consent": {"tips": "granted"}})
print(
    json.dumps(
        {
            "first": told(client.get_string_details("home", "code", ada)),
            "again": told(client.get_string_details("home", "code", ada)),
            "nothing": told(client.get_string_details("bar", "code", EvaluationContext("kim", {"age": 3}))),
            "number": told(client.get_integer_details("till", 7, ada)),
            "unknown": told(client.get_string_details("nowhere", "code", ada)),
            "nobody": told(client.get_string_details("home", "code", EvaluationContext())),
            "misfit": told(client.get_string_details("home", "code", EvaluationContext("ada", {"age": "old"}))),
        }
    )
)
