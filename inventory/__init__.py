"""The book of record: equipment, communes, conventions, loans, journal. Knows no network."""
