"""first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE SEQUENCE registration_queue")
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('person', 'service')", name=op.f("ck_accounts_kind")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_accounts_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
        sa.UniqueConstraint("issuer", "subject", name="uq_accounts_subject"),
    )
    op.create_table(
        "committees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column(
            "name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("default_seat_quota", sa.Integer(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "default_seat_quota >= 0", name=op.f("ck_committees_default_seat_quota")
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_committees_not_own_parent")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["committees.id"], name=op.f("fk_committees_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committees")),
        sa.UniqueConstraint("handle", name=op.f("uq_committees_handle")),
    )
    op.create_index(
        "uq_committees_number",
        "committees",
        ["parent_id", "number"],
        unique=True,
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_table(
        "entities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("abbreviation", sa.Text(), nullable=False),
        sa.Column(
            "name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entities")),
        sa.UniqueConstraint("abbreviation", name=op.f("uq_entities_abbreviation")),
        sa.UniqueConstraint("handle", name=op.f("uq_entities_handle")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=True),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column(
            "data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("sequence", name=op.f("uq_events_sequence")),
    )
    op.create_index("ix_events_committee_id", "events", ["committee_id", "id"], unique=False)
    op.create_index("ix_events_meeting_id", "events", ["meeting_id", "id"], unique=False)
    op.create_index(
        "ix_events_unnumbered",
        "events",
        ["id"],
        unique=False,
        postgresql_where=sa.text("sequence IS NULL"),
    )
    op.create_table(
        "followers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_followers")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=True),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "CASE role WHEN 'administrator' THEN committee_id IS NULL AND entity_id IS NULL WHEN 'organizer' THEN committee_id IS NOT NULL AND entity_id IS NULL WHEN 'focal_point' THEN entity_id IS NOT NULL ELSE entity_id IS NULL END",
            name=op.f("ck_grants_scope"),
        ),
        sa.CheckConstraint(
            "role IN ('administrator', 'organizer', 'focal_point', 'observer')",
            name=op.f("ck_grants_role"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_grants_account_id")),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committees.id"], name=op.f("fk_grants_committee_id")
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_grants_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_committee_id"), "grants", ["committee_id"], unique=False)
    op.create_index(op.f("ix_grants_entity_id"), "grants", ["entity_id"], unique=False)
    op.create_index(
        "uq_grants_live",
        "grants",
        ["account_id", "role", "committee_id", "entity_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "title", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column(
            "description",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=False,
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("local_start", sa.DateTime(), nullable=False),
        sa.Column("local_end", sa.DateTime(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("seat_quota", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("registration_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("venue", sa.Text(), nullable=True),
        sa.Column(
            "contacts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adjourned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "format IN ('virtual', 'hybrid', 'in_person')", name=op.f("ck_meetings_format")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'scheduled', 'postponed', 'in_session', 'suspended', 'adjourned', 'closed', 'cancelled')",
            name=op.f("ck_meetings_status"),
        ),
        sa.CheckConstraint(
            "capacity IS NULL OR seats_taken <= capacity", name=op.f("ck_meetings_capacity")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_meetings_period")),
        sa.CheckConstraint("number > 0", name=op.f("ck_meetings_number")),
        sa.CheckConstraint(
            "registration_closes_at > registration_opens_at", name=op.f("ck_meetings_registration")
        ),
        sa.CheckConstraint("seat_quota >= 0", name=op.f("ck_meetings_seat_quota")),
        sa.CheckConstraint("seats_taken >= 0", name=op.f("ck_meetings_seats_taken")),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committees.id"], name=op.f("fk_meetings_committee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("committee_id", "number", name=op.f("uq_meetings_committee_id_number")),
        sa.UniqueConstraint("handle", name=op.f("uq_meetings_handle")),
    )
    op.create_index("ix_meetings_starts_at", "meetings", ["starts_at", "id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("committee_id"), "="),
            (sa.column("entity_id"), "="),
            (sa.text("daterange(since, until)"), "&&"),
            using="gist",
            name="ex_memberships_period",
        ),
        sa.CheckConstraint("office IN ('chair', 'vice_chair')", name=op.f("ck_memberships_office")),
        sa.CheckConstraint(
            "standing IN ('member', 'observer')", name=op.f("ck_memberships_standing")
        ),
        sa.CheckConstraint("until > since", name=op.f("ck_memberships_period")),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committees.id"], name=op.f("fk_memberships_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_memberships_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_entity_id"), "memberships", ["entity_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("honorific", sa.Text(), nullable=True),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_people_email_lower")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_people_account_id")),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_people_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("entity_id", "email", name=op.f("uq_people_entity_id_email")),
    )
    op.create_index(op.f("ix_people_account_id"), "people", ["account_id"], unique=False)
    op.create_index("ix_people_name", "people", ["entity_id", "name", "id"], unique=False)
    op.create_table(
        "agenda_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "title", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column(
            "note", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("duration", sa.Integer(), nullable=True),
        sa.Column("pinned_minutes", sa.Integer(), nullable=True),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("working_group_id", sa.Uuid(), nullable=True),
        sa.Column("presenter", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "access IN ('public', 'restricted')", name=op.f("ck_agenda_items_access")
        ),
        sa.CheckConstraint(
            "kind IN ('opening', 'adoption_of_agenda', 'statement', 'panel', 'briefing', 'discussion', 'decision', 'break', 'other_business', 'closing')",
            name=op.f("ck_agenda_items_kind"),
        ),
        sa.CheckConstraint("duration BETWEEN 0 AND 1440", name=op.f("ck_agenda_items_duration")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_agenda_items_not_own_parent")),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_agenda_items_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["agenda_items.id"],
            name=op.f("fk_agenda_items_parent_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["working_group_id"], ["committees.id"], name=op.f("fk_agenda_items_working_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_items")),
        sa.UniqueConstraint(
            "meeting_id",
            "parent_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name="uq_agenda_items_position",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_agenda_items_parent_id"), "agenda_items", ["parent_id"], unique=False)
    op.create_table(
        "agenda_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_body", sa.LargeBinary(), nullable=False),
        sa.Column("public_etag", sa.Text(), nullable=False),
        sa.Column("full_body", sa.LargeBinary(), nullable=False),
        sa.Column("full_etag", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('provisional', 'revised', 'adopted')",
            name=op.f("ck_agenda_versions_status"),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_agenda_versions_meeting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_versions")),
        sa.UniqueConstraint(
            "meeting_id", "number", name=op.f("uq_agenda_versions_meeting_id_number")
        ),
    )
    op.create_table(
        "conference_rooms",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("join_address", sa.Text(), nullable=False),
        sa.Column("passcode", sa.Text(), nullable=True),
        sa.Column("dial_in", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_conference_rooms_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_conference_rooms")),
    )
    op.create_table(
        "focal_points",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('principal', 'alternate')", name=op.f("ck_focal_points_kind")),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committees.id"], name=op.f("fk_focal_points_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_focal_points_entity_id")
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_focal_points_grant_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_focal_points_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_focal_points")),
    )
    op.create_index(op.f("ix_focal_points_person_id"), "focal_points", ["person_id"], unique=False)
    op.create_index(
        "uq_focal_points_live",
        "focal_points",
        ["entity_id", "person_id", "committee_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("seat_quota", sa.Integer(), nullable=False),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_note", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'sent', 'accepted', 'declined', 'tentative', 'withdrawn')",
            name=op.f("ck_invitations_status"),
        ),
        sa.CheckConstraint("seat_quota >= 0", name=op.f("ck_invitations_seat_quota")),
        sa.CheckConstraint(
            "seats_taken BETWEEN 0 AND seat_quota", name=op.f("ck_invitations_seats_taken")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_invitations_entity_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_invitations_meeting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint(
            "meeting_id", "entity_id", name=op.f("uq_invitations_meeting_id_entity_id")
        ),
    )
    op.create_index(op.f("ix_invitations_entity_id"), "invitations", ["entity_id"], unique=False)
    op.create_table(
        "links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('answer_invitation', 'join_meeting')", name=op.f("ck_links_purpose")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_links_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_person_id"), "links", ["person_id"], unique=False)
    op.create_index(op.f("ix_links_resource_id"), "links", ["resource_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column(
            "title", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column(
            "text", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_items.id"], name=op.f("fk_decisions_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_decisions_meeting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_decisions_meeting_id_number")),
    )
    op.create_index(op.f("ix_decisions_item_id"), "decisions", ["item_id"], unique=False)
    op.create_table(
        "panels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column(
            "title", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column(
            "concept_note",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_items.id"], name=op.f("fk_panels_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_panels_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panels")),
        sa.UniqueConstraint("item_id", name=op.f("uq_panels_item_id")),
    )
    op.create_index(op.f("ix_panels_meeting_id"), "panels", ["meeting_id"], unique=False)
    op.create_table(
        "registrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("takes_seat", sa.Boolean(), nullable=False),
        sa.Column("queue_number", sa.BigInteger(), nullable=False),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('head_of_delegation', 'representative', 'alternate', 'adviser', 'observer', 'support')",
            name=op.f("ck_registrations_role"),
        ),
        sa.CheckConstraint(
            "status IN ('confirmed', 'waiting', 'withdrawn')", name=op.f("ck_registrations_status")
        ),
        sa.CheckConstraint(
            "takes_seat = (role <> 'support')", name=op.f("ck_registrations_takes_seat")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_registrations_entity_id")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_registrations_invitation_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_registrations_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_registrations_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
    )
    op.create_index(
        op.f("ix_registrations_entity_id"), "registrations", ["entity_id"], unique=False
    )
    op.create_index(
        op.f("ix_registrations_invitation_id"), "registrations", ["invitation_id"], unique=False
    )
    op.create_index(
        "ix_registrations_meeting", "registrations", ["meeting_id", "queue_number"], unique=False
    )
    op.create_index(
        op.f("ix_registrations_person_id"), "registrations", ["person_id"], unique=False
    )
    op.create_index(
        "ix_registrations_waiting",
        "registrations",
        ["meeting_id", "queue_number"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index(
        "uq_registrations_head",
        "registrations",
        ["invitation_id"],
        unique=True,
        postgresql_where=sa.text(
            "role = 'head_of_delegation' AND status IN ('confirmed', 'waiting')"
        ),
    )
    op.create_index(
        "uq_registrations_person",
        "registrations",
        ["meeting_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('confirmed', 'waiting')"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "scopes <@ ARRAY['read','write'] AND scopes <> '{}'", name=op.f("ck_tokens_scopes")
        ),
        sa.CheckConstraint(
            "(account_id IS NULL) <> (link_id IS NULL)", name=op.f("ck_tokens_holder")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_tokens_account_id")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_tokens_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("link_id", name=op.f("uq_tokens_link_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tokens_token_hash")),
    )
    op.create_index(op.f("ix_tokens_account_id"), "tokens", ["account_id"], unique=False)
    op.create_table(
        "action_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column(
            "title", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("owner_entity_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("progress_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('open', 'in_progress', 'done', 'dropped')",
            name=op.f("ck_action_items_status"),
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decisions.id"],
            name=op.f("fk_action_items_decision_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_action_items_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_entity_id"], ["entities.id"], name=op.f("fk_action_items_owner_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_items")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_action_items_meeting_id_number")),
    )
    op.create_index(
        op.f("ix_action_items_decision_id"), "action_items", ["decision_id"], unique=False
    )
    op.create_table(
        "attendance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("source IN ('link', 'organizer')", name=op.f("ck_attendance_source")),
        sa.CheckConstraint("left_at >= joined_at", name=op.f("ck_attendance_period")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_attendance_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_attendance_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
    )
    op.create_index(op.f("ix_attendance_meeting_id"), "attendance", ["meeting_id"], unique=False)
    op.create_index(
        op.f("ix_attendance_registration_id"), "attendance", ["registration_id"], unique=False
    )
    op.create_index(
        "uq_attendance_open",
        "attendance",
        ["registration_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('invitation', 'invitation_withdrawn', 'link_renewed', 'registration_confirmed', 'registration_waiting', 'registration_withdrawn', 'meeting_changed', 'meeting_updated', 'meeting_cancelled', 'meeting_postponed')",
            name=op.f("ck_messages_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'sent', 'delayed', 'failed', 'suppressed')",
            name=op.f("ck_messages_state"),
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_messages_invitation_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_messages_meeting_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_messages_person_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_messages_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "event_id", "person_id", "kind", name=op.f("uq_messages_event_id_person_id_kind")
        ),
        sa.UniqueConstraint("message_id", name=op.f("uq_messages_message_id")),
    )
    op.create_index(
        "ix_messages_due",
        "messages",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('planned', 'delayed')"),
    )
    op.create_index(op.f("ix_messages_invitation_id"), "messages", ["invitation_id"], unique=False)
    op.create_index(op.f("ix_messages_meeting_id"), "messages", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_messages_person_id"), "messages", ["person_id"], unique=False)
    op.create_index(
        op.f("ix_messages_registration_id"), "messages", ["registration_id"], unique=False
    )
    op.create_table(
        "panellists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("panel_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("honorific", sa.Text(), nullable=True),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("affiliation", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.CheckConstraint("role IN ('moderator', 'panellist')", name=op.f("ck_panellists_role")),
        sa.CheckConstraint(
            "status IN ('proposed', 'invited', 'confirmed', 'declined', 'withdrawn')",
            name=op.f("ck_panellists_status"),
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_panellists_email_lower")),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name=op.f("ck_panellists_minutes")),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["panels.id"], name=op.f("fk_panellists_panel_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panellists")),
        sa.UniqueConstraint(
            "panel_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_panellists_panel_id_position"),
        ),
    )
    op.create_index(
        "uq_panellists_moderator",
        "panellists",
        ["panel_id"],
        unique=True,
        postgresql_where=sa.text("role = 'moderator' AND status NOT IN ('declined', 'withdrawn')"),
    )

    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION only_number_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.sequence IS NULL AND NEW.sequence IS NOT NULL
               AND to_jsonb(OLD) - 'sequence' = to_jsonb(NEW) - 'sequence' THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'the log never changes'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER events_append_only BEFORE UPDATE ON events
        FOR EACH ROW EXECUTE FUNCTION only_number_once()
        """
    )
    op.execute(
        """
        CREATE TRIGGER events_never_deleted BEFORE DELETE ON events
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """
    )
    op.execute(
        """
        CREATE TRIGGER agenda_versions_immutable BEFORE UPDATE OR DELETE ON agenda_versions
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """
    )


def downgrade() -> None:
    op.execute("DROP SEQUENCE registration_queue")
    op.drop_index(
        "uq_panellists_moderator",
        table_name="panellists",
        postgresql_where=sa.text("role = 'moderator' AND status NOT IN ('declined', 'withdrawn')"),
    )
    op.drop_table("panellists")
    op.drop_index(op.f("ix_messages_registration_id"), table_name="messages")
    op.drop_index(op.f("ix_messages_person_id"), table_name="messages")
    op.drop_index(op.f("ix_messages_meeting_id"), table_name="messages")
    op.drop_index(op.f("ix_messages_invitation_id"), table_name="messages")
    op.drop_index(
        "ix_messages_due",
        table_name="messages",
        postgresql_where=sa.text("state IN ('planned', 'delayed')"),
    )
    op.drop_table("messages")
    op.drop_index(
        "uq_attendance_open", table_name="attendance", postgresql_where=sa.text("left_at IS NULL")
    )
    op.drop_index(op.f("ix_attendance_registration_id"), table_name="attendance")
    op.drop_index(op.f("ix_attendance_meeting_id"), table_name="attendance")
    op.drop_table("attendance")
    op.drop_index(op.f("ix_action_items_decision_id"), table_name="action_items")
    op.drop_table("action_items")
    op.drop_index(op.f("ix_tokens_account_id"), table_name="tokens")
    op.drop_table("tokens")
    op.drop_index(
        "uq_registrations_person",
        table_name="registrations",
        postgresql_where=sa.text("status IN ('confirmed', 'waiting')"),
    )
    op.drop_index(
        "uq_registrations_head",
        table_name="registrations",
        postgresql_where=sa.text(
            "role = 'head_of_delegation' AND status IN ('confirmed', 'waiting')"
        ),
    )
    op.drop_index(
        "ix_registrations_waiting",
        table_name="registrations",
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.drop_index(op.f("ix_registrations_person_id"), table_name="registrations")
    op.drop_index("ix_registrations_meeting", table_name="registrations")
    op.drop_index(op.f("ix_registrations_invitation_id"), table_name="registrations")
    op.drop_index(op.f("ix_registrations_entity_id"), table_name="registrations")
    op.drop_table("registrations")
    op.drop_index(op.f("ix_panels_meeting_id"), table_name="panels")
    op.drop_table("panels")
    op.drop_index(op.f("ix_decisions_item_id"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_links_resource_id"), table_name="links")
    op.drop_index(op.f("ix_links_person_id"), table_name="links")
    op.drop_table("links")
    op.drop_index(op.f("ix_invitations_entity_id"), table_name="invitations")
    op.drop_table("invitations")
    op.drop_index(
        "uq_focal_points_live",
        table_name="focal_points",
        postgresql_where=sa.text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index(op.f("ix_focal_points_person_id"), table_name="focal_points")
    op.drop_table("focal_points")
    op.drop_table("conference_rooms")
    op.drop_table("agenda_versions")
    op.drop_index(op.f("ix_agenda_items_parent_id"), table_name="agenda_items")
    op.drop_table("agenda_items")
    op.drop_index("ix_people_name", table_name="people")
    op.drop_index(op.f("ix_people_account_id"), table_name="people")
    op.drop_table("people")
    op.drop_index(op.f("ix_memberships_entity_id"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_index("ix_meetings_starts_at", table_name="meetings")
    op.drop_table("meetings")
    op.drop_index(
        "uq_grants_live",
        table_name="grants",
        postgresql_where=sa.text("revoked_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index(op.f("ix_grants_entity_id"), table_name="grants")
    op.drop_index(op.f("ix_grants_committee_id"), table_name="grants")
    op.drop_table("grants")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("followers")
    op.drop_index(
        "ix_events_unnumbered", table_name="events", postgresql_where=sa.text("sequence IS NULL")
    )
    op.drop_index("ix_events_meeting_id", table_name="events")
    op.drop_index("ix_events_committee_id", table_name="events")
    op.drop_table("events")
    op.drop_table("entities")
    op.drop_index(
        "uq_committees_number",
        table_name="committees",
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.drop_table("committees")
    op.drop_table("accounts")
    op.execute("DROP FUNCTION only_number_once()")
    op.execute("DROP FUNCTION refuse_change()")
