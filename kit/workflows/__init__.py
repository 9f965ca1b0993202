"""The procedures of the runbook, as durable code: one module a noun, `equip` ties them together."""
