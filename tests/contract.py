"""What other people's programs rely on, of the API and of the downloads."""

# The contract: other people's programs read columns by these names.
COLUMNS = {
    "systems": "slug name ods_code ons_code region opened_on closed_on residents area_count url "
    "source as_at",
    "areas": "code slug name system system_name from to certainty residents live_postcodes "
    "districts url source as_at",
    "successions": "predecessor predecessor_name successor successor_name date kind url source "
    "as_at",
    "leaders": "system system_name role name from to seen_on note url source as_at",
    "clusters": "cluster official_name system system_name from to shares certainty note url "
    "source as_at",
    "members": "system system_name code name kind form place postcode role from to share url "
    "source as_at",
    "schemes": "slug name place what for_whom how_to_get ask topics audiences ways systems areas "
    "known_as_of check_by status status_as_of freshness note url source as_at",
    "hospital-sites": "name town area area_name system system_name trust trust_name url source "
    "as_at",
    "timeline": "slug date precision kind title summary note systems official_total announced_on "
    "url source as_at",
}
TABLES = list(COLUMNS)
DATES = ["2017-06-15", "2019-04-01", "2022-07-01", "2026-03-31", "2026-11-21", "2027-04-01"]
LISTS = [
    *("/systems", "/areas", "/schemes", "/timeline", "/datasets"),
    "/hospital-sites",
    *(f"/systems/devon/{part}" for part in ("members", "areas", "schemes", "announcements")),
]
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
