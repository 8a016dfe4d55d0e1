"""The list of SIMs over SOAP: §5.6 of the specification."""

from datetime import UTC, datetime

import pytest
from soap_spec import ICCID, OTHER_ICCID, TERMINAL, fault_xml, fields, ids_xml, reply_xml, serve, serve_by

from extensions.controlcenter import soap_inventory
from extensions.core.contract import BadResponse, CannotConnect, ProviderError
from iotdash.lib.outbound.http import MEBIBYTE
from iotdash.lib.xml_documents import MOST_BYTES, MOST_ELEMENTS

OPERATION = "GetModifiedTerminals"


def iccids(*numbers: object) -> str:
    return ids_xml("iccids", "iccid", numbers)


def serve_list(httpserver, inside: str) -> None:
    serve(httpserver, TERMINAL, reply_xml(OPERATION, inside), operation=OPERATION)


def test_the_list_names_sims_in_one_answer_with_the_time_of_its_reply(httpserver, soap_context):
    serve_list(httpserver, iccids(ICCID, OTHER_ICCID))
    page = soap_inventory.page(soap_context, None, None)
    assert (page.named, page.records, page.next) == ([ICCID, OTHER_ICCID], (), None)
    assert page.as_of == datetime(2017, 3, 15, 10, tzinfo=UTC)
    assert fields(httpserver.log[0][0]) == []


def test_changes_are_asked_for_since_an_instant(httpserver, soap_context):
    serve_list(httpserver, iccids())
    page = soap_inventory.page(soap_context, datetime(2017, 3, 15, 9, 40, tzinfo=UTC), None)
    assert page.named == []
    assert fields(httpserver.log[0][0]) == [("since", "2017-03-15T09:40:00Z")]


def test_a_server_with_pages_is_asked_for_each(httpserver, soap_context):
    def answer(request):
        number = int(request.findtext("{*}pageNumber") or 1)
        return reply_xml(
            OPERATION,
            iccids(f"898820000000000000{number}")
            + f"<ns2:pageNumber>{number}</ns2:pageNumber><ns2:totalPages>3</ns2:totalPages>",
        )

    serve_by(httpserver, TERMINAL, OPERATION, answer)
    first = soap_inventory.page(soap_context, None, None)
    second = soap_inventory.page(soap_context, None, first.next)
    third = soap_inventory.page(soap_context, None, second.next)
    assert [page.named for page in (first, second, third)] == [[f"898820000000000000{n}"] for n in (1, 2, 3)]
    assert third.next is None
    assert [dict(fields(request)).get("pageNumber") for request, _ in httpserver.log] == [None, "2", "3"]


@pytest.mark.slow
def test_a_hundred_thousand_sims_are_one_answer(httpserver, soap_context):
    numbers = [f"8988200{number:012}" for number in range(100_001)]
    inside = iccids(*numbers)
    assert len(inside) > MOST_BYTES
    assert len(numbers) > MOST_ELEMENTS
    serve_list(httpserver, inside)
    soap_context.http.max_body = 32 * MEBIBYTE
    assert soap_inventory.page(soap_context, None, None).named == numbers


def test_a_list_that_is_larger_than_the_session_reads_is_told(httpserver, soap_context):
    serve_list(httpserver, iccids(*range(10**18, 10**18 + 100)))
    soap_context.http.max_body = 1000
    with pytest.raises(BadResponse):
        soap_inventory.page(soap_context, None, None)


@pytest.mark.parametrize("inside", ["<ns2:iccids><ns2:iccid/></ns2:iccids>", iccids("two words"), iccids("1" * 41)])
def test_a_list_that_makes_no_sense_is_none(httpserver, soap_context, inside):
    serve_list(httpserver, inside)
    with pytest.raises(BadResponse):
        soap_inventory.page(soap_context, None, None)


@pytest.mark.parametrize(("code", "error"), [("400101", "Throttled"), ("400200", "AuthRejected"), ("400300", None)])
def test_faults_are_told_as_what_they_are(httpserver, soap_context, code, error):
    serve(httpserver, TERMINAL, fault_xml(code), status=500, operation=OPERATION)
    with pytest.raises(ProviderError) as caught:
        soap_inventory.page(soap_context, None, None)
    assert caught.value.name == (error or "BadResponse")


def test_nobody_there_is_told(nobody_context):
    with pytest.raises(CannotConnect):
        soap_inventory.page(nobody_context, None, None)
