"""Tests of opening a crisis on screen."""
