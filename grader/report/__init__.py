"""Reporters: functions of a Report."""
