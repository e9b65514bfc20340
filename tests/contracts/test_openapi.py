"""The OpenAPI document says what the read API answers: valid by the standard, and true by the contract."""

import json
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta
from openapi_spec_validator import OpenAPIV31SpecValidator

from contracts.points_ledger import BALANCE, STATEMENT, UnknownMember
from pbckit.contracts import catalogue
from pbckit.contracts.definitions import Capability, Message, Request
from pbckit.contracts.openapi import InvalidRoute, openapi, route_of, status_of
from tests.conftest import ROOT


def document(name: str = "points-ledger.json") -> dict[str, Any]:
    return json.loads(catalogue.read_apis()[name])


@pytest.mark.parametrize("name", sorted(catalogue.read_apis()))
def test_it_is_valid_and_committed(name: str):
    text = catalogue.read_apis()[name]
    OpenAPIV31SpecValidator(json.loads(text)).validate()
    assert (ROOT / "contracts/openapi" / name).read_text() == text


def test_the_validator_finds_what_is_wrong():
    broken = document()
    del broken["info"]["title"]
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_only_questions_are_in_it_and_all_of_it_must_be_signed():
    found = document()
    operations = [operation for path in found["paths"].values() for operation in path.items()]
    exposed = [one for one in catalogue.capabilities() if one.unit == "points-ledger" and one.route is not None]
    assert {method for method, _ in operations} == {"get"}
    assert {operation["operationId"] for _, operation in operations} == {one.name for one in exposed}
    assert not any(one.changes_state for one in exposed)
    assert found["security"] == [{"sigv4": []}]
    assert all("security" not in operation for _, operation in operations)


def test_parameters_and_answers_are_those_of_the_contract():
    operation = document()["paths"]["/members/{member_id}/statement"]["get"]
    parameters = {one["name"]: (one["in"], one["required"], one["schema"]["type"]) for one in operation["parameters"]}
    assert parameters == {
        "member_id": ("path", True, "string"),
        "limit": ("query", False, "integer"),
        "before": ("query", False, "integer"),
    }
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/Statement"}
    assert set(document()["components"]["schemas"]["Statement"]["properties"]) == {
        field.name for field in msgspec.structs.fields(STATEMENT.response)
    }
    assert operation["responses"]["404"]["description"] == "UnknownMember"


def test_refusals_have_a_status():
    assert status_of("InvalidRequest") == 400
    assert status_of(UnknownMember.__name__) == 404
    assert status_of("InsufficientPoints") == 409


class GetThing(Request, frozen=True, kw_only=True):
    thing_id: str
    limit: Annotated[int, Meta(ge=1)] = 5


class Thing(Message, frozen=True, kw_only=True):
    thing_id: str


def thing(route: str | None, *, changes_state: bool = False) -> Capability[GetThing, Thing]:
    return Capability(
        unit="things",
        name="thing",
        request=GetThing,
        response=Thing,
        callers=(),
        route=route,
        changes_state=changes_state,
    )


WRONG = [
    (thing(None), "things thing has no route: it is not part of the read API"),
    (thing("/things/{thing_id}", changes_state=True), "things thing changes state: only questions have a route"),
    (thing("things/{thing_id}"), "route 'things/{thing_id}'; allowed are segments"),
    (thing("/things/{thing_id}/"), "allowed are segments"),
    (thing("/things/{thing_id}?x"), "allowed are segments"),
    (thing("/Things/{thing_id}"), "allowed are segments"),
    (thing("/{proxy+}"), "allowed are segments"),
    (thing("/things"), "must name the required fields thing_id"),
    (thing("/things/{thing_id}/{other}"), "must name the required fields thing_id"),
]


@pytest.mark.parametrize(("capability", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_route_that_does_not_fit_is_refused(capability: Capability[GetThing, Thing], said: str):
    with pytest.raises(InvalidRoute) as refused:
        openapi("Things", "1", [capability])
    assert said in str(refused.value)


def test_a_route_that_fits_is_taken():
    assert route_of(thing("/things/{thing_id}")) == "/things/{thing_id}"
    assert route_of(BALANCE) == "/members/{member_id}/balance"
