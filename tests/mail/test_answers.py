"""What mail servers say, and what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mail.answers import Judgement, Reach, Stage, Verdict, enhanced, judge

LATER, REFUSED = Verdict.LATER, Verdict.REFUSED
BOUNCED, GONE = Verdict.BOUNCED, Verdict.NO_SUCH_ADDRESS
MAIL, DOMAIN, SERVER = Reach.MAIL, Reach.DOMAIN, Reach.SERVER


@pytest.mark.parametrize(
    ("stage", "answer", "verdict", "reach"),
    [
        (Stage.CONNECTING, "421 4.3.2 too busy", LATER, SERVER),
        (Stage.CONNECTING, "554 no mail from you", LATER, SERVER),
        (Stage.CONNECTING, "535 5.7.8 wrong password", LATER, SERVER),
        (Stage.SENDER, "421 closing", LATER, SERVER),
        (Stage.SENDER, "530 5.7.0 authentication required", LATER, SERVER),
        (Stage.SENDER, "550 5.7.1 you may not send as that", LATER, SERVER),
        (Stage.SENDER, "553 5.1.8 no such sender", LATER, SERVER),
        (Stage.SENDER, "552 5.3.4 too large", REFUSED, MAIL),
        (Stage.SENDER, "552 too large", REFUSED, MAIL),
        (Stage.RECIPIENT, "450 4.2.0 try later", LATER, MAIL),
        (Stage.RECIPIENT, "450 4.7.1 greylisted", LATER, DOMAIN),
        (Stage.RECIPIENT, "421 4.7.0 too many mails", LATER, DOMAIN),
        (Stage.RECIPIENT, "530 5.7.0 authentication required", LATER, SERVER),
        (Stage.RECIPIENT, "550 5.1.1 no such user", GONE, MAIL),
        (Stage.RECIPIENT, "556 5.1.10 takes no mail", GONE, MAIL),
        (Stage.RECIPIENT, "550 5.1.8 your domain does not exist", LATER, MAIL),
        (Stage.RECIPIENT, "550 5.2.1 disabled", GONE, MAIL),
        (Stage.RECIPIENT, "552 5.2.2 mailbox full", LATER, MAIL),
        (Stage.RECIPIENT, "550 4.2.2 mailbox full", LATER, MAIL),
        (Stage.RECIPIENT, "550 5.4.1 no way there", BOUNCED, MAIL),
        (Stage.RECIPIENT, "550 5.7.1 not from you", REFUSED, MAIL),
        (Stage.RECIPIENT, "550 unknown", GONE, MAIL),
        (Stage.RECIPIENT, "550 5.0.0 unknown", GONE, MAIL),
        (Stage.RECIPIENT, "552 full", LATER, MAIL),
        (Stage.RECIPIENT, "554 no", BOUNCED, MAIL),
        (Stage.RECIPIENT, "501 syntax", REFUSED, MAIL),
        (Stage.DATA, "451 4.3.0 no disk", LATER, MAIL),
        (Stage.DATA, "421 4.3.2 closing", LATER, DOMAIN),
        (Stage.DATA, "550 5.1.1 no such user", GONE, MAIL),
        (Stage.DATA, "550 no such user", BOUNCED, MAIL),
        (Stage.DATA, "552 5.2.2 mailbox full", LATER, MAIL),
        (Stage.DATA, "554 5.6.0 not like this", REFUSED, MAIL),
        (Stage.DATA, "550 5.7.1 looks like spam", REFUSED, MAIL),
        (Stage.DATA, "554 no", REFUSED, MAIL),
    ],
)
def test_an_answer_is_read_by_its_place_and_its_codes(
    stage: Stage, answer: str, verdict: Verdict, reach: Reach
) -> None:
    code, _, words = answer.partition(" ")
    assert judge(stage, int(code), words) == Judgement(verdict, reach)


@pytest.mark.parametrize("words", ["5.1 no", "5.1.1234 no", "no 5.1.1", "3.1.1 no", "", "5.1.1x"])
def test_what_is_no_enhanced_code_is_none(words: str) -> None:
    assert enhanced(words) is None


@given(st.sampled_from(Stage), st.integers(400, 499), st.text())
def test_nothing_that_is_temporary_ends_a_mail(stage: Stage, code: int, words: str) -> None:
    assert judge(stage, code, words).verdict is LATER


@given(st.sampled_from(Stage), st.integers(500, 599), st.text())
def test_every_answer_means_something(stage: Stage, code: int, words: str) -> None:
    assert judge(stage, code, words).verdict in Verdict
