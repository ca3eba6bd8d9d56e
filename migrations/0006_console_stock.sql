-- What the operator's pages for numbers, sources and prices ask.

-- number: the ways in which an operator looks for numbers. Each ends in the id, by which the list goes on, so that a
-- load of many numbers writes at few places of it.
CREATE INDEX number_source ON number (source_id, id);
CREATE INDEX number_region ON number (region, id);
CREATE INDEX number_stopped ON number (state, id) WHERE state <> 'active';
-- Which SIMs a number was in.
CREATE INDEX sim_number ON sim (number_id, from_ms);

-- policy: what was done to one thing.
CREATE INDEX audit_by_subject ON audit (subject, seq);

-- catalog: what a product costs customers of one tier, instead of its price for all.
CREATE TABLE tier_price (
  service_id BIGINT NOT NULL REFERENCES service (id),
  product TEXT NOT NULL CHECK (product IN ('short_term', 'rental_1day', 'rental_30day')),
  tier TEXT NOT NULL CHECK (tier IN ('new', 'verified', 'business')),
  amount BIGINT NOT NULL CHECK (amount > 0 AND amount % 10000 = 0),
  PRIMARY KEY (service_id, product, tier)
) STRICT;

-- supply: how a source does, by the hour; written once a minute, so that no message waits for it.
CREATE TABLE source_hour (
  source_id BIGINT NOT NULL REFERENCES source (id),
  -- Hours since 1970 UTC.
  hour BIGINT NOT NULL,
  messages BIGINT NOT NULL CHECK (messages >= 0),
  refused BIGINT NOT NULL CHECK (refused >= 0),
  PRIMARY KEY (source_id, hour)
) STRICT;
CREATE INDEX source_hour_age ON source_hour (hour);
CREATE TABLE source_seen (
  source_id BIGINT PRIMARY KEY REFERENCES source (id),
  heard_ms BIGINT,
  -- When a push was refused last, and what its sender was answered.
  fault_ms BIGINT,
  fault TEXT
) STRICT;
