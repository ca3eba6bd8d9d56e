//! Every connector answers the same table of cases.
