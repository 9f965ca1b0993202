"""The client of Microsoft Graph: `Graph` is the tenant, each noun has its own module above it."""
