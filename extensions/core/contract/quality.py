"""What every extension has to live up to: rules, each with the tests of the contract suite that prove it.

A rule is about every extension, or about those of which something else holds (`about`, as the suite marks its tests).
An extension that cannot keep one says so in its manifest, with the reason: the suite then leaves those tests out for
it, and its page says why.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """`proved_by`: module of the suite and test. `about`: "", "operates", "writes", "sends" or "mails"."""

    id: str
    words: str
    proved_by: tuple[str, ...]
    about: str = ""


# Why a rule is not about an extension, in its page's words.
NOT_ABOUT = {
    "operates": "It has no operations.",
    "writes": "It changes nothing at its service.",
    "sends": "Its service sends nothing by itself.",
    "mails": "It sends no mail.",
}

RULES = (
    Rule(
        "check",
        "The check makes an authenticated read and says what that proved; wrong and expired credentials are told in "
        "the service's own words.",
        (
            "check::test_good_settings_are_proved_in_a_sentence",
            "check::test_wrong_credentials_are_told_as_such_in_the_words_of_the_service",
            "check::test_an_expired_key_is_a_wrong_key",
        ),
    ),
    Rule(
        "addresses",
        "A wrong host, a port without TLS and an address that must not be called are told as what they are.",
        (
            "check::test_another_host_is_told_as_such",
            "check::test_tls_to_a_port_without_it_is_told_as_such",
            "check::test_an_address_that_cannot_be_called_is_told_as_such",
            "check::test_what_is_no_address_is_told_as_such_even_past_the_form",
        ),
    ),
    Rule(
        "failures",
        "Each way in which the service can fail is told as what it is, and everything works again after it.",
        ("faults::test_a_check_under_a_fault_fails_in_the_same_way",),
    ),
    Rule(
        "failures of operations",
        "An operation that fails says what happened and whether it may have been performed.",
        (
            "faults::test_a_fault_is_its_error_and_the_truth_is_told",
            "faults::test_after_the_fault_everything_works_again",
        ),
        about="operates",
    ),
    Rule(
        "credentials in place",
        "Credentials that stopped counting are entered again in place, and operations that waited go on.",
        ("lane::test_an_expired_key_is_mended_in_place_and_what_waited_goes_on",),
        about="operates",
    ),
    Rule(
        "noted once",
        "That the service is away is noted once when it begins and once when it ends.",
        ("lane::test_unavailable_is_noted_once_when_it_begins_and_once_when_it_ends",),
    ),
    Rule(
        "once",
        "What changes something is never sent twice: a lost answer is read back, and a throttled request is performed "
        "once.",
        (
            "lane::test_a_lost_answer_is_read_back_and_never_sent_twice",
            "lane::test_a_throttled_write_is_sent_again_and_performed_once",
        ),
        about="writes",
    ),
    Rule(
        "confirmed",
        "A change counts as done when reading it back shows it.",
        (
            "operations::test_a_read_answers_as_declared_and_a_write_is_confirmed",
            "lane::test_an_operation_is_performed_through_the_lane_and_confirmed",
        ),
        about="writes",
    ),
    Rule(
        "stale",
        "What was fetched stays on the page while the service is away, marked with its time and the reason.",
        ("lane::test_the_last_good_data_stays_marked_while_the_service_is_away",),
        about="operates",
    ),
    Rule(
        "secrets",
        "A secret is never put into a form, a page or a log, and has to be typed again when the address changes.",
        (
            "forms::test_secrets_are_never_put_into_the_form",
            "forms::test_a_changed_address_demands_every_secret_again",
            "lane::test_every_page_of_it_opens_and_shows_no_secret",
        ),
    ),
    Rule(
        "diagnostics",
        "Diagnostics keep no secret and no subscriber's number, also of calls that fail.",
        (
            "diagnostics::test_what_it_keeps_is_neither_a_secret_nor_a_subject",
            "diagnostics::test_nothing_secret_or_personal_is_stored_shown_or_sent",
            "diagnostics::test_no_secret_is_stored_of_a_call_that_fails",
        ),
    ),
    Rule(
        "limits",
        "Its pace is declared, and all who use one account share one queue of calls.",
        (
            "manifest::test_the_system_check_has_nothing_to_say_of_it",
            "lane::test_the_lane_is_shared_by_everybody_who_proved_the_same_account",
        ),
    ),
    Rule("guide", "It brings a guide for its set-up form.", ("manifest::test_it_brings_a_guide_for_its_form",)),
    Rule(
        "roles",
        "A Reader sees what was fetched and changes nothing.",
        ("lane::test_a_reader_sees_the_panel_and_changes_nothing",),
        about="operates",
    ),
    Rule(
        "sandbox",
        "It brings a sandbox that speaks the service's protocol and can be made to fail.",
        ("manifest::test_it_brings_a_sandbox_with_all_that_this_suite_needs",),
    ),
    Rule(
        "what is sent to us",
        "What the service did not prove to be its own is refused and not kept.",
        (
            "inbound::test_what_it_proved_is_kept_and_what_somebody_else_proved_is_not",
            "inbound::test_what_the_service_did_not_prove_is_refused_and_not_kept",
        ),
        about="sends",
    ),
    Rule(
        "mail waits",
        "Credentials that stopped counting are entered again in place, and mail that waited is sent.",
        ("mail_lane::test_mail_waits_for_credentials_and_goes_on_once_they_are_entered_in_place",),
        about="mails",
    ),
    Rule(
        "mail once",
        "A message is taken once, and waits where the credentials or the sender are refused.",
        (
            "mail::test_a_message_is_taken_once_in_one_call_and_tells_no_secret",
            "mail::test_wrong_credentials_make_mail_wait_for_the_settings",
        ),
        about="mails",
    ),
)
