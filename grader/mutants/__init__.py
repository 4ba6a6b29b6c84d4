"""A reference with one place of it changed: cases must tell it apart, and a student who made that slip is told so."""
