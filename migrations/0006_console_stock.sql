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
