-- Some sources are not pushed to: one node of the house holds their wire, or asks them.

CREATE TABLE source_wire (
  source_id BIGINT NOT NULL REFERENCES source (id),
  -- Which of the source's wires, in its connector's words.
  wire TEXT NOT NULL,
  -- Who holds it: a word that each holder makes up. Empty: nobody.
  owner TEXT NOT NULL,
  -- Grows with each holder, so that one who lost it without noticing changes nothing here.
  fence BIGINT NOT NULL CHECK (fence > 0),
  -- Nobody else takes it before.
  until_ms BIGINT NOT NULL,
  -- What the connector must still know after the holder is gone.
  mark TEXT NOT NULL DEFAULT '',
  -- How it does, as its holder told.
  links BIGINT NOT NULL DEFAULT 0 CHECK (links >= 0),
  reconnects BIGINT NOT NULL DEFAULT 0 CHECK (reconnects >= 0),
  backlog BIGINT NOT NULL DEFAULT 0 CHECK (backlog >= 0),
  PRIMARY KEY (source_id, wire)
) STRICT;
