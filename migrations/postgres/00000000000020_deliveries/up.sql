-- Messages that their receivers are to acknowledge. A row stays as long as its message, so that the moments of a sender and a
-- receiver only rise.
CREATE TABLE deliveries (
    message_id      BYTEA NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    receiver_id     BYTEA NOT NULL,
    sender_id       BYTEA NOT NULL,
    -- In whole milliseconds.
    taken_at        BIGINT NOT NULL,
    -- Where the message's event stands in the receiver's inbox; NULL only while the unit of work that made it runs.
    event_offset    BIGINT,
    -- When the receiver said that it has the message, and when that it has seen the notice.
    acknowledged_at BIGINT,
    noticed_at      BIGINT,
    CHECK (length(receiver_id) = 16),
    CHECK (length(sender_id) = 16),
    CHECK (taken_at % 1000 = 0)
);

CREATE UNIQUE INDEX deliveries_by_moment ON deliveries (receiver_id, sender_id, taken_at);
CREATE INDEX deliveries_pending ON deliveries (receiver_id, sender_id, taken_at) WHERE acknowledged_at IS NULL;
CREATE UNIQUE INDEX deliveries_by_number ON deliveries (receiver_id, event_offset);
CREATE INDEX deliveries_to_notice ON deliveries (receiver_id, event_offset)
    WHERE acknowledged_at IS NULL AND noticed_at IS NULL;
