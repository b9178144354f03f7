//! Talks to a running orchestrator: for the commands that only ask or tell.
