//! A worker on another machine: takes jobs from an orchestrator over HTTP, with a key that stays here.
