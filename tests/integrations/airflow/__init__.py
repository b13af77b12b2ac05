"""The distribution for Airflow, on a real Airflow."""
