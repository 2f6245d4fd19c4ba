"""Who may do what: one row for every operation, one answer for every kind of caller."""

from typing import Final

CALLERS: Final = (
    "nobody",
    "revoked",
    "elsewhere",
    "fellow",
    "focal_point",
    "link",
    "other_organizer",
    "observer",
    "reading",
    "organizer",
    "administrator",
)
"""Without a token; an organizer's revoked token; a focal point of an entity of another committee,
of another entity of the same committee, and of the entity itself; a session of the link to its
invitation; an organizer of another committee; an observer of the committee; a read-only token of
its organizer; its organizer; an administrator."""

DONE: Final = 200
"""Any success, or a refusal (409) by the state of the thing, which only the permitted learn of."""

Row = tuple[int, ...]
#                      nob  rev  else fel  foc  link oorg obs  read org  adm
_EVERYBODY: Row = (DONE, DONE, DONE, DONE, DONE, DONE, DONE, DONE, DONE, DONE, DONE)
_NO_BAD_TOKEN: Row = (DONE, 401, DONE, DONE, DONE, DONE, DONE, DONE, DONE, DONE, DONE)
_KNOWN: Row = (401, 401, DONE, DONE, DONE, DONE, DONE, DONE, DONE, DONE, DONE)
_ACCOUNTS: Row = (401, 401, DONE, DONE, DONE, 404, DONE, DONE, DONE, DONE, DONE)
_ACCOUNTS_WRITE: Row = (401, 401, DONE, DONE, DONE, 404, DONE, DONE, 403, DONE, DONE)
_OWNER_READS: Row = (401, 401, 404, 404, 404, 404, 404, 404, 404, 404, DONE)
_OWNER_WRITES: Row = (401, 401, 404, 404, 404, 404, 404, 404, 403, 404, DONE)
_ADMINISTRATORS: Row = (401, 401, 403, 403, 403, 404, 403, 403, 403, 403, DONE)
_ORGANIZERS_OF_ANY: Row = (401, 401, 403, 403, 403, 404, 403, 403, 403, DONE, DONE)
_TRAIL: Row = (401, 401, 403, 403, 403, 404, DONE, 403, DONE, DONE, DONE)
_MAILS: Row = (401, 401, 403, 403, 403, 404, 404, 403, DONE, DONE, DONE)
_MAILS_WRITE: Row = (401, 401, 403, 403, 403, 404, 404, 403, 403, DONE, DONE)
_ORGANIZERS_MAIL: Row = (401, 401, 404, 404, 404, 404, 404, 404, DONE, DONE, DONE)
_ORGANIZERS_MAIL_WRITE: Row = (401, 401, 404, 404, 404, 404, 404, 404, 403, DONE, DONE)
_ROLL: Row = (401, 401, 404, DONE, DONE, 404, 404, DONE, DONE, DONE, DONE)
_ROLL_OBSERVERS: Row = (401, 401, 404, 403, 403, 404, 404, DONE, DONE, DONE, DONE)
_ROLL_KEEPERS: Row = (401, 401, 404, 403, 403, 404, 404, 403, 403, DONE, DONE)
_ROLL_ADMINISTRATORS: Row = (401, 401, 404, 403, 403, 404, 404, 403, 403, 403, DONE)
_DIRECTORY: Row = (401, 401, 404, 404, DONE, DONE, 404, 404, DONE, DONE, DONE)
_DIRECTORY_WRITE: Row = (401, 401, 404, 404, DONE, DONE, 404, 404, 403, DONE, DONE)
_FOCAL_POINTS_WRITE: Row = (401, 401, 404, 404, DONE, 404, 404, 404, 403, DONE, DONE)
_FOCAL_POINTS_FOR_ALL: Row = (401, 401, 404, 404, DONE, 404, 404, 404, 403, 403, DONE)
"""The part's focal point acts for all committees: further than an organizer's right reaches."""
_PEOPLE: Row = (401, 401, 404, 404, DONE, 404, 404, 404, DONE, DONE, DONE)
_TWO_DIRECTORIES: Row = (401, 401, 404, 404, 403, 404, 404, 404, 403, 403, DONE)
_MEETING: Row = (401, 401, 404, DONE, DONE, DONE, 404, DONE, DONE, DONE, DONE)
_ORGANIZERS: Row = (401, 401, 404, 403, 403, 403, 404, 403, 403, DONE, DONE)
_ORGANIZERS_READ: Row = (401, 401, 404, 403, 403, 403, 404, 403, DONE, DONE, DONE)
_OBSERVERS: Row = (401, 401, 404, 403, 403, 403, 404, DONE, DONE, DONE, DONE)
_DELEGATION: Row = (401, 401, 404, 404, DONE, DONE, 404, DONE, DONE, DONE, DONE)
_DELEGATION_WRITE: Row = (401, 401, 404, 404, DONE, DONE, 404, 403, 403, DONE, DONE)
_BY_ROWS: Row = (401, 401, 404, DONE, DONE, DONE, 404, DONE, 403, DONE, DONE)
_PRESENCE: Row = (401, 401, 404, DONE, DONE, 403, 404, DONE, DONE, DONE, DONE)
_STEPS: Row = (401, 401, 403, 403, 403, 404, 403, DONE, DONE, DONE, DONE)
_DIGESTS: Row = (401, 401, 403, 403, 403, 404, 403, 403, DONE, DONE, DONE)

_KEPT: Row = (401, 401, 404, 404, 403, 403, 404, 404, DONE, DONE, DONE)
_KEPT_WRITE: Row = (401, 401, 404, 404, 403, 403, 404, 404, 403, DONE, DONE)
_HELD: Row = (401, 401, 404, 404, DONE, 403, 404, 404, 403, 403, DONE)

MATRIX: Final[dict[str, Row]] = {
    "getMe": _KNOWN,
    "listTokens": _ACCOUNTS,
    "createToken": _ACCOUNTS_WRITE,
    "getToken": _OWNER_READS,
    "revokeToken": _OWNER_WRITES,
    "listAccounts": _ADMINISTRATORS,
    "createAccount": _ADMINISTRATORS,
    "getAccount": _ADMINISTRATORS,
    "changeAccount": _ADMINISTRATORS,
    "listGrants": _ADMINISTRATORS,
    "grantRole": _ADMINISTRATORS,
    "getGrant": _ADMINISTRATORS,
    "revokeGrant": _ADMINISTRATORS,
    "exchangeLink": _NO_BAD_TOKEN,
    "renewLink": _NO_BAD_TOKEN,
    "listCommittees": _ACCOUNTS,
    "createCommittee": _ADMINISTRATORS,
    "importCommittees": _ADMINISTRATORS,
    "getCommittee": _ACCOUNTS,
    "changeCommittee": _ADMINISTRATORS,
    "deleteCommittee": _ADMINISTRATORS,
    "listMembers": _ROLL,
    "addMember": _ROLL_KEEPERS,
    "importMembers": _ROLL_KEEPERS,
    "getMember": _ROLL,
    "changeMember": _ROLL_KEEPERS,
    "deleteMember": _ROLL_ADMINISTRATORS,
    "listDutyStations": _ACCOUNTS,
    "listHolidays": _ACCOUNTS,
    "getHolidays": _ACCOUNTS,
    "putHolidays": _ADMINISTRATORS,
    "listEntities": _ACCOUNTS,
    "createEntity": _ADMINISTRATORS,
    "importEntities": _ADMINISTRATORS,
    "getEntity": _ACCOUNTS,
    "changeEntity": _ADMINISTRATORS,
    "deleteEntity": _ADMINISTRATORS,
    "listPeople": _DIRECTORY,
    "addPerson": _DIRECTORY_WRITE,
    "getPerson": _DIRECTORY,
    "changePerson": _DIRECTORY_WRITE,
    "deletePerson": _DIRECTORY_WRITE,
    "listFocalPoints": _DIRECTORY,
    "nameFocalPoint": _FOCAL_POINTS_WRITE,
    "getFocalPoint": _DIRECTORY,
    "endFocalPoint": _FOCAL_POINTS_FOR_ALL,
    "mergePeople": _FOCAL_POINTS_WRITE,
    "unmergePeople": _FOCAL_POINTS_WRITE,
    "leaveEntity": _FOCAL_POINTS_WRITE,
    "returnToEntity": _FOCAL_POINTS_WRITE,
    "movePerson": _TWO_DIRECTORIES,
    "getPersonHistory": _PEOPLE,
    "listMeetings": _KNOWN,
    "createMeeting": _ORGANIZERS_OF_ANY,
    "getMeeting": _MEETING,
    "changeMeeting": _ORGANIZERS,
    "deleteMeeting": _ORGANIZERS,
    "scheduleMeeting": _ORGANIZERS,
    "postponeMeeting": _ORGANIZERS,
    "rescheduleMeeting": _ORGANIZERS,
    "cancelMeeting": _ORGANIZERS,
    "openMeeting": _ORGANIZERS,
    "suspendMeeting": _ORGANIZERS,
    "resumeMeeting": _ORGANIZERS,
    "adjournMeeting": _ORGANIZERS,
    "closeMeeting": _ORGANIZERS,
    "getMeetingReadiness": _OBSERVERS,
    "getConferenceRoom": _ORGANIZERS_READ,
    "putConferenceRoom": _ORGANIZERS,
    "deleteConferenceRoom": _ORGANIZERS,
    "getAgenda": _MEETING,
    "replaceAgenda": _ORGANIZERS,
    "addAgendaItem": _ORGANIZERS,
    "getAgendaItem": _MEETING,
    "changeAgendaItem": _ORGANIZERS,
    "deleteAgendaItem": _ORGANIZERS,
    "moveAgendaItem": _ORGANIZERS,
    "listAgendaVersions": _MEETING,
    "issueAgenda": _ORGANIZERS,
    "getAgendaVersion": _MEETING,
    "listAgendaConflicts": _ORGANIZERS_READ,
    "listPanels": _MEETING,
    "createPanel": _ORGANIZERS,
    "getPanel": _MEETING,
    "changePanel": _ORGANIZERS,
    "deletePanel": _ORGANIZERS,
    "listPanellists": _MEETING,
    "addPanellist": _ORGANIZERS,
    "getPanellist": _MEETING,
    "changePanellist": _ORGANIZERS,
    "removePanellist": _ORGANIZERS,
    "invitePanellist": _ORGANIZERS,
    "confirmPanellist": _ORGANIZERS,
    "declinePanellist": _ORGANIZERS,
    "withdrawPanellist": _ORGANIZERS,
    "listInvitationLinks": _ORGANIZERS_READ,
    "revokeInvitationLink": _ORGANIZERS,
    "renewInvitationLink": _ORGANIZERS,
    "listInvitations": _MEETING,
    "inviteEntities": _ORGANIZERS,
    "sendInvitations": _ORGANIZERS,
    "getInvitation": _DELEGATION,
    "getInvitationLetter": _DELEGATION,
    "deleteInvitation": _ORGANIZERS,
    "changeInvitation": _ORGANIZERS,
    "sendInvitation": _ORGANIZERS,
    "listSeatPools": _OBSERVERS,
    "createSeatPool": _ORGANIZERS,
    "getSeatPool": _OBSERVERS,
    "changeSeatPool": _ORGANIZERS,
    "deleteSeatPool": _ORGANIZERS,
    "addToSeatPool": _ORGANIZERS,
    "answerInvitation": _DELEGATION_WRITE,
    "withdrawInvitation": _ORGANIZERS,
    "listRegistrations": _MEETING,
    "registerPerson": _DELEGATION_WRITE,
    "registerPeople": _BY_ROWS,
    "getRegistration": _DELEGATION,
    "changeRegistration": _DELEGATION_WRITE,
    "withdrawRegistration": _DELEGATION_WRITE,
    "acceptOffer": _DELEGATION_WRITE,
    "moveRegistration": (401, 401, 404, 404, 403, 403, 404, 403, 403, DONE, DONE),
    "substituteRegistration": _DELEGATION_WRITE,
    "getCommitteeReminderSteps": _STEPS,
    "putCommitteeReminderSteps": _ORGANIZERS_OF_ANY,
    "getMeetingReminderSteps": _OBSERVERS,
    "putMeetingReminderSteps": _ORGANIZERS,
    "getReminders": _OBSERVERS,
    "remindInvitations": _ORGANIZERS,
    "remindInvitation": _ORGANIZERS,
    "getDigestChoice": _DIGESTS,
    "subscribeDigest": _ORGANIZERS_OF_ANY,
    "declineDigest": _ORGANIZERS_OF_ANY,
    "askToUnsubscribe": _NO_BAD_TOKEN,
    "unsubscribeDigest": _NO_BAD_TOKEN,
    "listAttendance": _PRESENCE,
    "checkPeopleIn": _ORGANIZERS,
    "checkPeopleOut": _ORGANIZERS,
    "listAttendanceByEntity": _PRESENCE,
    "getQuorum": _PRESENCE,
    "strikeAttendance": _ORGANIZERS,
    "checkIn": _NO_BAD_TOKEN,
    "listDecisions": _MEETING,
    "recordDecision": _ORGANIZERS,
    "getDecision": _MEETING,
    "changeDecision": _ORGANIZERS,
    "deleteDecision": _ORGANIZERS,
    "listActions": _MEETING,
    "recordAction": _ORGANIZERS,
    "getAction": _MEETING,
    "changeAction": _ORGANIZERS,
    "deleteAction": _ORGANIZERS,
    "getMeetingStatistics": _OBSERVERS,
    "getMeetingStatisticsSheet": _OBSERVERS,
    "verifyMeetingStatistics": _ORGANIZERS_READ,
    "getCommitteeStatistics": _STEPS,
    "getCommitteeStatisticsSheet": _STEPS,
    "getReport": _OBSERVERS,
    "getReportText": _OBSERVERS,
    "verifyReport": _OBSERVERS,
    "listMeetingEvents": _PRESENCE,
    "listAuditTrail": _TRAIL,
    "listMessages": _TRAIL,
    "getMessage": _MAILS,
    "retryMessage": _MAILS_WRITE,
    "listSuppressedAddresses": _TRAIL,
    "liftSuppression": _MAILS_WRITE,
    "openMessage": _NO_BAD_TOKEN,
    "listWordings": _ROLL_OBSERVERS,
    "getWording": _ROLL_OBSERVERS,
    "putWording": _ROLL_KEEPERS,
    "deleteWording": _ROLL_KEEPERS,
    "previewMail": _ORGANIZERS,
    "deliverMail": _ADMINISTRATORS,
    "listIncomingMails": _TRAIL,
    "getIncomingMail": _ORGANIZERS_MAIL,
    "applyIncomingMail": _ORGANIZERS_MAIL_WRITE,
    "declineCounterProposal": _ORGANIZERS_MAIL_WRITE,
    "dismissIncomingMail": _ORGANIZERS_MAIL_WRITE,
    "getCalendar": _MEETING,
    "getRegistrationCalendar": _DELEGATION,
    "getPublicCalendar": _NO_BAD_TOKEN,
    "listFeeds": _DIRECTORY,
    "createFeed": _DIRECTORY_WRITE,
    "getFeed": _DIRECTORY,
    "revokeFeed": _DIRECTORY_WRITE,
    "createOwnFeed": _NO_BAD_TOKEN,
    "readFeed": _NO_BAD_TOKEN,
    "getCommitteeCalendar": _ACCOUNTS,
    "getPublicCommitteeCalendar": _NO_BAD_TOKEN,
    "listPrivacyFields": _NO_BAD_TOKEN,
    "getHeldData": _HELD,
    "anonymizePerson": _KEPT_WRITE,
    "getPersonHold": _KEPT,
    "putPersonHold": _KEPT_WRITE,
    "liftPersonHold": _KEPT_WRITE,
    "getMeetingHold": _ORGANIZERS_READ,
    "putMeetingHold": _ORGANIZERS,
    "liftMeetingHold": _ORGANIZERS,
    "getPublicAgenda": _EVERYBODY,
    "listPublicMeetings": _NO_BAD_TOKEN,
    "getPublicMeeting": _NO_BAD_TOKEN,
    "getLiveness": _EVERYBODY,
    "getReadiness": _EVERYBODY,
    "getMetrics": _EVERYBODY,
    "listProblems": _EVERYBODY,
    "getProblem": _EVERYBODY,
}
"""Statuses in the order of `CALLERS`. 404 rather than 403 where the caller may not even know."""
