"""The registry in SQL: tables, migrations and the transactions on them."""
