"""Laptops over SSH: provisioned through one wrapper of ansible-runner, probed with paramiko."""
