//! Structural diversity of a run
