"""A Microsoft 365 tenant that behaves like Microsoft Graph v1.0, served over TLS on loopback."""
