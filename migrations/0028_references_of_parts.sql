-- What a message's later parts were called by their senders: the first one's name is its message's own. They are known for
-- as long as the message is kept, also when its group is closed and its parts are gone (S6).
CREATE TABLE message_part_ref (
  source_id BIGINT NOT NULL,
  -- HMAC, as a message's.
  ref BLOB NOT NULL,
  message_id BIGINT NOT NULL REFERENCES message (id),
  PRIMARY KEY (source_id, ref)
) STRICT;
CREATE INDEX message_part_ref_message ON message_part_ref (message_id);
