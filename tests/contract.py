"""What other people's programs rely on, of the API and of the downloads."""

TABLES = ["systems", "areas", "successions", "members", "schemes", "timeline"]
DATES = ["2017-06-15", "2019-04-01", "2022-07-01", "2026-03-31", "2026-11-21", "2027-04-01"]
SYSTEM = {"slug", "name", "ods_code", "ons_code", "url", "closed_on"}
AREA = {"slug", "name", "url"}


def assert_error(response, status: int) -> dict:
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert set(response.json()) == {"error"}
    error = response.json()["error"]
    assert set(error) == {"code", "message", "detail"}
    assert error["message"].endswith(".")
    return error
