"""What tests read out of answers."""

from typing import Any

from django.http import HttpResponse


def violations(answer: HttpResponse) -> dict[str, list[str]]:
    """Id of each violation → its properties; the answer has to be a 400 of the specification's form."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["exception"]) == (400, {"id": "CUDRS0007E", "properties": []})
    assert body["message"].startswith("CUDRS0007E: ")
    for each in body["violations"]:
        assert each["message"].startswith(f"{each['exception']['id']}: ")
    return {each["exception"]["id"]: each["exception"]["properties"] for each in body["violations"]}


def error(answer: HttpResponse) -> tuple[int, str]:
    """Status and id of the error."""
    return answer.status_code, answer.json()["exception"]["id"]


def every_page(api, path: str, **query) -> list[dict[str, Any]]:
    """All results, as a client walks the pages; each page has the same `total_rows`, and the last no `bookmark`."""
    found, totals, bookmark = [], set(), {}
    while True:
        page = api.get(path, {**query, **bookmark}).json()
        found += page["results"]
        totals.add(page["meta"]["total_rows"])
        if "bookmark" not in page:
            assert totals == {len(found)}
            return found
        bookmark = {"_bookmark": page["bookmark"]}
