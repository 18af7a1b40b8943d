//! Outcome -> bytes: CSV, JSON, SVG.
