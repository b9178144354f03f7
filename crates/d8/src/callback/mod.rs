//! Tells a URL that a task has ended: signed, tried again, and never to a private address unless that is allowed.
